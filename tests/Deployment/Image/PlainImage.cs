using System.Diagnostics;

namespace MarketManager.Deployment.Tests.Image;

/// <summary>The image without an engine: each stage a folder, its steps carried out there with this machine's SDK and Node.</summary>
/// <remarks>What the base images bring, and what the last stage's commands install for the system, is this machine's own.</remarks>
internal sealed class PlainImage : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("image-");
    private readonly Dockerfile _file = Dockerfile.OfRepository();

    private PlainImage() => File.SetUnixFileMode(_folder.FullName, (UnixFileMode)0b111_101_101);

    /// <summary>What the last stage says of itself.</summary>
    public Stage Settings => _file.Image;

    /// <summary>Carries out all steps.</summary>
    public static async Task<PlainImage> Build()
    {
        var image = new PlainImage();
        try
        {
            foreach (var stage in image._file.Stages)
            {
                await image.Build(stage);
            }

            return image;
        }
        catch
        {
            image.Dispose();
            throw;
        }
    }

    /// <summary>Where a path inside the image is; relative ones stay.</summary>
    public string PathOf(string path) => PathOf(Settings, path);

    public void Dispose() => _folder.Delete(recursive: true);

    private string PathOf(Stage stage, string path) =>
        path.StartsWith('/') ? Path.Combine(_folder.FullName, stage.Name.Length > 0 ? stage.Name : "image", path[1..]) : path;

    private async Task Build(Stage stage)
    {
        var here = PathOf(stage, "/");
        foreach (var (name, arguments) in stage.Instructions)
        {
            switch (name)
            {
                case "WORKDIR":
                    here = Directory.CreateDirectory(PathOf(stage, arguments)).FullName;
                    break;
                case "COPY":
                    Copy(stage, here, arguments.Split(' '));
                    break;
                case "RUN" when stage != Settings:
                    await Run(stage, here, arguments);
                    break;
            }
        }
    }

    private void Copy(Stage stage, string here, string[] words)
    {
        var from = words[0].StartsWith("--from=", StringComparison.Ordinal) ? _file.Stages.Single(s => s.Name == words[0]["--from=".Length..]) : null;
        foreach (var source in words[(from is null ? 0 : 1)..^1])
        {
            var path = from is null ? Path.Combine(Repository.Root, source) : PathOf(from, source);
            var to = Path.Combine(here, PathOf(stage, words[^1]));
            if (Directory.Exists(path))
            {
                CopyFolder(path, to, leavesOut: from is null ? ["bin", "obj", "node_modules"] : []);
            }
            else if (File.Exists(path))
            {
                File.Copy(path, words[^1].EndsWith('/') ? Path.Combine(to, Path.GetFileName(source)) : to);
            }
            else if (from is null)
            {
                throw new FileNotFoundException($"COPY {source}", path);
            }
        }
    }

    // As .dockerignore: what was built here stays here.
    private static void CopyFolder(string from, string to, string[] leavesOut)
    {
        Directory.CreateDirectory(to);
        foreach (var entry in new DirectoryInfo(from).EnumerateFileSystemInfos().Where(e => !leavesOut.Contains(e.Name)))
        {
            var target = Path.Combine(to, entry.Name);
            switch (entry)
            {
                case { LinkTarget: { } link }:
                    File.CreateSymbolicLink(target, link);
                    break;
                case DirectoryInfo folder:
                    CopyFolder(folder.FullName, target, leavesOut);
                    break;
                case FileInfo file:
                    file.CopyTo(target);
                    break;
            }
        }
    }

    private static async Task Run(Stage stage, string here, string command)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", command]) { WorkingDirectory = here };
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        foreach (var (name, value) in stage.Variables)
        {
            start.Environment[name] = value;
        }

        var (exitCode, output, error) = await Programs.Run(start);
        if (exitCode != 0)
        {
            throw new InvalidOperationException($"RUN {command}: {exitCode}\n{output}{error}");
        }
    }
}
