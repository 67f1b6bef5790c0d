using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace MarketManager.TestKit.Postgres;

/// <summary>A PostgreSQL server of one's own: in a temporary folder, on a free port of the loopback device, gone with the tests.</summary>
/// <remarks>It ends with this process, however that ends: it is told to when the pipe to it closes.</remarks>
public sealed partial class PostgresServer : IAsyncDisposable
{
    /// <summary>The owner of the databases, an ordinary user.</summary>
    public const string User = "mm";

    private static readonly Lazy<Task<PostgresServer>> OfProcess = new(() => Start());
    private static int _databases;

    private readonly string _folder;
    private readonly string _data;
    private readonly string[] _settings;
    private readonly IReadOnlyDictionary<string, string> _variables;
    private Process _process;

    private PostgresServer(string folder, string data, int port, string[] settings, IReadOnlyDictionary<string, string> variables)
    {
        (_folder, _data, Port, _settings, _variables) = (folder, data, port, settings, variables);
        _process = Launch();
    }

    /// <summary>Where it listens on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>Whether this machine has the programs.</summary>
    public static bool IsInstalled => Programs() is not null;

    /// <summary>One server for all tests of a process that do not harm it. It does not wait for the disk.</summary>
    public static Task<PostgresServer> Shared() => OfProcess.Value;

    /// <summary>Starts one.</summary>
    /// <param name="data">The data folder, empty; null: one in a temporary folder.</param>
    /// <param name="settings">Such as <c>fsync=on</c>, over what is set here.</param>
    public static Task<PostgresServer> Start(string? data = null, params string[] settings) => StartWith(null, data, settings);

    /// <summary>Starts one with variables besides those of this process; they are the server's alone, under its own user.</summary>
    public static async Task<PostgresServer> StartWith(
        IReadOnlyDictionary<string, string>? variables, string? data = null, params string[] settings)
    {
        var folder = Directory.CreateTempSubdirectory("mm-postgres-").FullName;
        data ??= Directory.CreateDirectory(Path.Combine(folder, "data")).FullName;
        if (IsRoot)
        {
            Run("chown", "postgres", folder, data);
        }

        Run("sh", ["-c", "exec \"$@\" </dev/null", "sh", .. AsUser(), Program("initdb"),
            "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]);
        var server = new PostgresServer(folder, data, FreePort(), settings, variables ?? new Dictionary<string, string>());
        await server.Ready();
        await server.Execute("postgres", $"CREATE ROLE {User} LOGIN");
        return server;
    }

    /// <summary>How to connect to a database as its owner.</summary>
    public string ConnectionString(string database) => $"Host=127.0.0.1;Port={Port};Username={User};Database={database};SSL Mode=Disable";

    /// <summary>Makes a database.</summary>
    /// <param name="template">The one to copy, to which nobody may be connected; null: an empty one.</param>
    /// <returns>Its name.</returns>
    public async Task<string> NewDatabase(string? template = null)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"test_{Interlocked.Increment(ref _databases)}");
        await Execute("postgres", $"CREATE DATABASE {name} OWNER {User} TEMPLATE {template ?? "template0"}");
        return name;
    }

    /// <summary>Drops a database, whoever is connected to it.</summary>
    public Task Drop(string database) => Execute("postgres", $"DROP DATABASE IF EXISTS {database} WITH (FORCE)");

    /// <summary>Does something as the superuser.</summary>
    public async Task Execute(string database, string sql)
    {
        await using var connection = await Superuser(database);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Asks something as the superuser.</summary>
    public async Task<T> Ask<T>(string database, string sql)
    {
        await using var connection = await Superuser(database);
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Ends all sessions of a database but the one that does it.</summary>
    public Task EndSessions(string database) => Execute(
        database, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");

    /// <summary>Ends the server: <c>fast</c> ends its sessions first, <c>immediate</c> is a crash.</summary>
    public async Task Stop(string mode = "fast")
    {
        Signal(mode == "immediate" ? "QUIT" : "INT");
        await _process.WaitForExitAsync();
    }

    /// <summary>Starts it again on the same data and the same port.</summary>
    public async Task StartAgain()
    {
        _process.Dispose();
        _process = Launch();
        await Ready();
    }

    /// <summary>Stops the whole server in its tracks, or lets it go on.</summary>
    public void Pause(bool isPaused)
    {
        Freeze(Family(Postmaster()), isPaused);
    }

    /// <summary>Stops some of its processes in their tracks, or lets them go on.</summary>
    public static void Freeze(IEnumerable<int> processes, bool isFrozen)
    {
        foreach (var process in processes)
        {
            Run("kill", isFrozen ? "-STOP" : "-CONT", process.ToString(CultureInfo.InvariantCulture));
        }
    }

    /// <summary>Ends it, and removes its folder.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await Stop("immediate");
        }

        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static bool IsRoot => Environment.UserName == "root";

    private static string? Programs() => !Directory.Exists("/usr/lib/postgresql") ? null : Directory.GetDirectories("/usr/lib/postgresql")
        .Select(version => Path.Combine(version, "bin")).Where(bin => File.Exists(Path.Combine(bin, "initdb"))).OrderDescending(StringComparer.Ordinal)
        .FirstOrDefault();

    private static string Program(string name) => Path.Combine(
        Programs() ?? throw new InvalidOperationException("PostgreSQL's server is missing; install it: sudo apt-get install postgresql"), name);

    // The server refuses to run as root.
    private static string[] AsUser() => IsRoot ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : [];

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        })!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program}: {error}");
        }
    }

    private static IEnumerable<int> Family(int parent) => Directory.GetDirectories("/proc")
        .Select(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) ? id : 0)
        .Where(id => id == parent || (id != 0 && ParentOf(id) == parent));

    private static int ParentOf(int process)
    {
        try
        {
            // pid (name) state parent ...
            var status = File.ReadAllText($"/proc/{process}/stat");
            return int.Parse(status[(status.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private Process Launch()
    {
        // The shell ends the server when the pipe closes, and leaves nothing of it then; it ends itself when the server ends.
        const string script = """
            exec 3<&0
            "$@" </dev/null 2>>"$FOLDER/log" 3<&- &
            server=$!
            (cat <&3 >/dev/null; touch "$FOLDER/abandoned"; kill -QUIT $server 2>/dev/null) >/dev/null 2>&1 &
            guard=$!
            exec 3<&-
            wait $server
            kill $guard 2>/dev/null
            [ ! -e "$FOLDER/abandoned" ] || rm -rf "$FOLDER"
            """;
        var start = new ProcessStartInfo("sh", [
            "-c", script, "sh", .. AsUser(), "env", .. _variables.Select(variable => $"{variable.Key}={variable.Value}"), Program("postgres"), "-D", _data, "-p", Port.ToString(CultureInfo.InvariantCulture),
            .. new[]
            {
                "listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=300", "shared_buffers=64MB", "fsync=off",
                "autovacuum_naptime=10", "max_wal_size=2GB",
            }.Concat(_settings).SelectMany(setting => new[] { "-c", setting })])
        {
            RedirectStandardInput = true,
            WorkingDirectory = "/",
        };
        start.Environment["FOLDER"] = _folder;
        return Process.Start(start)!;
    }

    private int Postmaster() => int.Parse(File.ReadLines(Path.Combine(_data, "postmaster.pid")).First(), CultureInfo.InvariantCulture);

    private void Signal(string name) => Run("kill", $"-{name}", Postmaster().ToString(CultureInfo.InvariantCulture));

    private async Task<NpgsqlConnection> Superuser(string database)
    {
        var connection = new NpgsqlConnection($"Host=127.0.0.1;Port={Port};Username=postgres;Database={database};SSL Mode=Disable;Pooling=false");
        await connection.OpenAsync();
        return connection;
    }

    private async Task Ready()
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                await Execute("postgres", "SELECT 1");
                return;
            }
            catch (NpgsqlException e)
            {
                if (_process.HasExited || TimeProvider.System.GetElapsedTime(began) > TimeSpan.FromSeconds(60))
                {
                    throw new InvalidOperationException($"PostgreSQL does not start: {File.ReadAllText(Path.Combine(_folder, "log"))}", e);
                }
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }
    }
}
