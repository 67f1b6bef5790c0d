using System.ComponentModel;
using System.Diagnostics;

namespace MarketManager.Host.Daemon;

/// <summary>Starts a program in a session of its own, away from the terminal, its output in a file.</summary>
public static class DetachedProcess
{
    // setsid(1) from util-linux makes the session; both shells here are replaced, so the pid stays the one that is returned.
    private const string Script = "exec setsid \"$@\" </dev/null >>\"$0\" 2>&1";

    /// <summary>Starts it.</summary>
    /// <param name="command">What.</param>
    /// <param name="logFile">Where its stdout and stderr are appended.</param>
    /// <exception cref="Win32Exception">There is no shell.</exception>
    public static Process Start(ProgramCommand command, string logFile)
    {
        var start = new ProcessStartInfo("/bin/sh") { WorkingDirectory = command.WorkingDirectory };
        foreach (var argument in (IEnumerable<string>)["-c", Script, logFile, .. command.Arguments])
        {
            start.ArgumentList.Add(argument);
        }

        if (command.Environment is { } variables)
        {
            start.Environment.Clear();
            foreach (var (name, value) in variables)
            {
                start.Environment[name] = value;
            }
        }

        return Process.Start(start) ?? throw new InvalidOperationException("no process was started");
    }
}
