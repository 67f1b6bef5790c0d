using System.Text.Json;

namespace MarketManager.Deployment.Tests.Image;

/// <summary>One instruction: <c>COPY</c> and what comes after it.</summary>
internal sealed record Instruction(string Name, string Arguments);

/// <summary>What one <c>FROM</c> begins.</summary>
/// <param name="Name">After <c>AS</c>; empty for the last.</param>
/// <param name="Instructions">In order.</param>
internal sealed record Stage(string Name, IReadOnlyList<Instruction> Instructions)
{
    /// <summary>What <c>ENV</c> sets.</summary>
    public IReadOnlyDictionary<string, string> Variables =>
        All("ENV").SelectMany(line => line.Split(' ')).Select(pair => pair.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);

    /// <summary>Who runs it: <c>user:group</c> by number.</summary>
    public string User => All("USER").Last();

    /// <summary>What is run without further words.</summary>
    public IReadOnlyList<string> Command => [.. Words(All("ENTRYPOINT").Last()), .. Words(All("CMD").Last())];

    /// <summary>What tells whether it is well.</summary>
    public IReadOnlyList<string> HealthCheck => Words(All("HEALTHCHECK").Last().Split("CMD", 2)[1]);

    private IEnumerable<string> All(string name) => Instructions.Where(i => i.Name == name).Select(i => i.Arguments);

    private static string[] Words(string json) => JsonSerializer.Deserialize<string[]>(json)!;
}

/// <summary>The part of the Dockerfile's language that this repository uses: one line each, commands as JSON.</summary>
internal sealed record Dockerfile(IReadOnlyList<Stage> Stages)
{
    /// <summary>What the image is made of: the last stage.</summary>
    public Stage Image => Stages[^1];

    public static Dockerfile OfRepository() => Parse(Repository.Text("docker/Dockerfile"));

    public static Dockerfile Parse(string text)
    {
        var stages = new List<(string Name, List<Instruction> Instructions)>();
        foreach (var line in text.Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0 && !l.StartsWith('#')))
        {
            var instruction = line.Split(' ', 2) is [var name, var arguments] ? new Instruction(name, arguments) : throw new FormatException(line);
            if (name == "FROM")
            {
                stages.Add((arguments.Split(" AS ") is [_, var stage] ? stage : string.Empty, []));
            }
            else
            {
                stages[^1].Instructions.Add(instruction);
            }
        }

        return new Dockerfile([.. stages.Select(s => new Stage(s.Name, s.Instructions))]);
    }
}
