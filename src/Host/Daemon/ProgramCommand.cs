namespace MarketManager.Host.Daemon;

/// <summary>How a program is started.</summary>
/// <param name="Arguments">The program itself first.</param>
/// <param name="WorkingDirectory">Where relative paths in them start.</param>
public sealed record ProgramCommand(IReadOnlyList<string> Arguments, string WorkingDirectory)
{
    /// <summary>The variables it is started with; null: those of this process.</summary>
    public IReadOnlyDictionary<string, string>? Environment { get; init; }

    /// <summary>This program with other arguments, from here.</summary>
    public static ProgramCommand Self(params IEnumerable<string> arguments)
    {
        var program = System.Environment.ProcessPath ?? throw new InvalidOperationException("this program's path is not known");
        // Started as `dotnet marketmanager.dll`, the program is dotnet and the library its first argument.
        string[] self = Path.GetFileNameWithoutExtension(program) == "dotnet"
            ? [program, Path.GetFullPath(System.Environment.GetCommandLineArgs()[0])]
            : [program];
        return new ProgramCommand([.. self, .. arguments], System.Environment.CurrentDirectory);
    }

    /// <summary>What a running process was started with; null where that cannot be read.</summary>
    public static ProgramCommand? Of(ProcessIdentity process)
    {
        try
        {
            var arguments = Texts(process, "cmdline");
            var variables = new Dictionary<string, string>();
            foreach (var text in Texts(process, "environ"))
            {
                if (text.Split('=', 2) is [{ Length: > 0 } name, var value])
                {
                    variables[name] = value;
                }
            }

            var folder = new FileInfo($"/proc/{process.Pid}/cwd").LinkTarget;
            return process.IsAlive && folder is not null
                ? new ProgramCommand(arguments, folder) { Environment = variables }
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string[] Texts(ProcessIdentity process, string file) =>
        File.ReadAllText($"/proc/{process.Pid}/{file}").TrimEnd('\0').Split('\0');
}
