using System.CommandLine;
using System.Text;
using MarketManager.Actors.Access;
using MarketManager.Kernel;

namespace MarketManager.Cli.Tests.Fakes;

/// <summary>Runs command lines in this process and keeps what they wrote.</summary>
internal sealed class Terminal
{
    public static readonly DateTimeOffset Now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    private readonly StringBuilder _out = new();
    private readonly StringBuilder _error = new();

    public Dictionary<string, string> Environment { get; } = [];

    public string Input { get; set; } = string.Empty;

    public int? Width { get; set; } = 80;

    public bool IsTerminal { get; set; }

    public IOfflineKeys? OfflineKeys { get; set; }

    public SteppingClock Clock { get; } = new(Now);

    public string Out => LockedWriter.Read(_out);

    public string Error => LockedWriter.Read(_error);

    public Task<int> Run(FakeNode node, params string[] arguments) => Run([.. arguments, "--data", node.Folder]);

    public Task<int> Run(params string[] arguments) => Run(Context(), arguments);

    /// <summary>Runs until it ends or is interrupted, as by Ctrl-C.</summary>
    public Task<int> RunUntil(string[] arguments, CancellationToken interrupt)
    {
        var context = Context();
        return CliProgram.Run(Root(context), arguments, context, interrupt);
    }

    public RootCommand Root() => Root(Context());

    private static Task<int> Run(CliContext context, string[] arguments) => CliProgram.Run(Root(context), arguments, context);

    private static RootCommand Root(CliContext context)
    {
        var root = new RootCommand("Looks after exchanges");
        foreach (var command in CliCommands.Build(context))
        {
            root.Add(command);
        }

        return root;
    }

    private CliContext Context() => new()
    {
        Out = new LockedWriter(_out),
        Error = new LockedWriter(_error),
        In = new StringReader(Input),
        Environment = name => Environment.GetValueOrDefault(name),
        DataFolder = () => Environment.GetValueOrDefault("MARKETMANAGER_DATA") ?? "data",
        World = new World(Clock, new Random(1)),
        Width = Width,
        OutIsTerminal = IsTerminal,
        InIsTerminal = IsTerminal,
        OfflineKeys = OfflineKeys,
    };
}

/// <summary>Writes what another thread may read meanwhile.</summary>
internal sealed class LockedWriter : TextWriter
{
    private readonly StringBuilder _text;

    public LockedWriter(StringBuilder text) => (_text, NewLine) = (text, "\n");

    public override Encoding Encoding => Encoding.UTF8;

    public static string Read(StringBuilder text)
    {
        lock (text)
        {
            return text.ToString();
        }
    }

    public override void Write(char value)
    {
        lock (_text)
        {
            _text.Append(value);
        }
    }

    public override void Write(string? value)
    {
        lock (_text)
        {
            _text.Append(value);
        }
    }
}

/// <summary>A clock that stands, or steps by itself with each look; its timers run in real time.</summary>
internal sealed class SteppingClock(DateTimeOffset start) : TimeProvider
{
    private long _looks;

    public TimeSpan Step { get; set; }

    public override DateTimeOffset GetUtcNow() => start + (Step * Interlocked.Increment(ref _looks));
}

/// <summary>Keys in memory.</summary>
internal sealed class FakeOfflineKeys : IOfflineKeys
{
    private readonly List<ApiKey> _keys = [];

    public string? Folder { get; private set; }

    public string Place(string dataFolder) => dataFolder;

    public ValueTask<OfflineKey> Add(string dataFolder, string name, Role role, CancellationToken cancellationToken)
    {
        Folder = dataFolder;
        var key = new ApiKey($"k{_keys.Count + 1}", name, role, new byte[32], Terminal.Now.AddMinutes(-5), Revoked: null);
        _keys.Add(key);
        return ValueTask.FromResult(new OfflineKey(key, $"mm_{key.Id}_secret"));
    }

    public ValueTask<IReadOnlyList<ApiKey>> List(string dataFolder, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyList<ApiKey>>([.. _keys]);

    public ValueTask<bool> Revoke(string dataFolder, string id, CancellationToken cancellationToken)
    {
        var at = _keys.FindIndex(key => key.Id == id && key.Revoked is null);
        if (at < 0)
        {
            return ValueTask.FromResult(false);
        }

        _keys[at] = _keys[at] with { Revoked = Terminal.Now };
        return ValueTask.FromResult(true);
    }
}
