namespace MarketManager.Host.Daemon;

/// <summary>How a program is started.</summary>
/// <param name="Arguments">The program itself first.</param>
/// <param name="WorkingDirectory">Where relative paths in them start.</param>
public sealed record ProgramCommand(IReadOnlyList<string> Arguments, string WorkingDirectory)
{
    /// <summary>This program with other arguments, from here.</summary>
    public static ProgramCommand Self(params IEnumerable<string> arguments)
    {
        var program = Environment.ProcessPath ?? throw new InvalidOperationException("this program's path is not known");
        // Started as `dotnet marketmanager.dll`, the program is dotnet and the library its first argument.
        string[] self = Path.GetFileNameWithoutExtension(program) == "dotnet"
            ? [program, Path.GetFullPath(Environment.GetCommandLineArgs()[0])]
            : [program];
        return new ProgramCommand([.. self, .. arguments], Environment.CurrentDirectory);
    }

    /// <summary>What a running process was started with; null where that cannot be read.</summary>
    public static ProgramCommand? Of(ProcessIdentity process)
    {
        try
        {
            var arguments = File.ReadAllText($"/proc/{process.Pid}/cmdline").TrimEnd('\0').Split('\0');
            var folder = new FileInfo($"/proc/{process.Pid}/cwd").LinkTarget;
            return process.IsAlive && folder is not null ? new ProgramCommand(arguments, folder) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
