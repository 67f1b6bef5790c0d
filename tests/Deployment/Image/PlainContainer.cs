using System.Diagnostics;
using System.Runtime.InteropServices;

namespace MarketManager.Deployment.Tests.Image;

/// <summary>Programs of the image, as its user, without capabilities, on a file system that is read-only but for /data and /tmp.</summary>
/// <remarks>Needs root that may mount.</remarks>
internal sealed class PlainContainer : IDisposable
{
    private const string Guard = """
        mount --bind "$1" "$1" && mount --bind "$2" "$2" && mount -o remount,bind,ro / || exit 99
        user=$3; group=$4; shift 4
        exec setpriv --reuid "$user" --regid "$group" --clear-groups --bounding-set=-all --inh-caps=-all --no-new-privs -- "$@"
        """;

    private readonly PlainImage _image;
    private readonly string _data;
    private readonly string _temporary;

    public PlainContainer(PlainImage image)
    {
        _image = image;
        _data = Directory.CreateDirectory(image.PathOf("/data")).FullName;
        _temporary = Directory.CreateDirectory(image.PathOf("/tmp")).FullName;
        var (user, group) = User;
        Own(_data, user, group);
        Own(_temporary, user, group);
    }

    /// <summary>Variables besides those of the image.</summary>
    public Dictionary<string, string> Variables { get; } = [];

    private (uint User, uint Group) User =>
        _image.Settings.User.Split(':').Select(id => uint.Parse(id, System.Globalization.CultureInfo.InvariantCulture)).ToArray() is [var user, var group]
            ? (user, group)
            : throw new FormatException(_image.Settings.User);

    /// <summary>How a command of the image is started.</summary>
    public ProcessStartInfo Command(params IEnumerable<string> words)
    {
        var (user, group) = User;
        var start = new ProcessStartInfo("unshare", ["--mount", "--propagation", "private", "/bin/sh", "-c", Guard, "sh", _data, _temporary, $"{user}", $"{group}", .. words.Select(_image.PathOf)])
        {
            WorkingDirectory = _image.PathOf("/app"),
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var (path, dotnet) = (start.Environment["PATH"], Environment.GetEnvironmentVariable("DOTNET_ROOT") ?? Path.GetDirectoryName(Environment.ProcessPath));
        start.Environment.Clear();
        start.Environment["PATH"] = path;
        start.Environment["DOTNET_ROOT"] = dotnet;
        start.Environment["TMPDIR"] = _temporary;
        foreach (var (name, value) in _image.Settings.Variables.Concat(Variables))
        {
            start.Environment[name] = _image.PathOf(value);
        }

        return start;
    }

    public void Dispose()
    {
        Directory.Delete(_data, recursive: true);
        Directory.Delete(_temporary, recursive: true);
    }

    private static void Own(string folder, uint user, uint group)
    {
        File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        if (ChangeOwner(folder, user, group) != 0)
        {
            throw new InvalidOperationException($"{folder} could not be given to {user}");
        }
    }

    [DllImport("libc", EntryPoint = "chown", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ChangeOwner(string path, uint user, uint group);
}
