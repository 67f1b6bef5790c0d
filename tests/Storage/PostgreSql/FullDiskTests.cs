using MarketManager.Kernel;
using MarketManager.Storage.PostgreSql;
using MarketManager.Storage.Tests.Contract;
using MarketManager.TestKit;
using MarketManager.TestKit.Postgres;
using Xunit;
using static MarketManager.Storage.Tests.Contract.Samples;

namespace MarketManager.Storage.Tests.PostgreSql;

public sealed class FullDiskTests
{
    [DiskFact]
    public async Task Full_disk_refuses_writes_and_they_go_on_by_themselves_once_there_is_room()
    {
        await using var server = await PostgresServer.Start();
        using var disk = await SmallTablespace.Make(server, "small", 64);
        var database = await server.NewDatabase();
        await server.Execute("postgres", $"ALTER DATABASE {database} SET default_tablespace = small");
        await using var store = await Stores.Open(server, database);
        await store.Enter(await Stores.Join(server, database), PostgresStore.Lanes);
        await store.Journal.Append(Append(1, 1, "before"));
        disk.Fill();

        var written = 1;
        await Assert.ThrowsAsync<StoreFullException>(async () =>
        {
            for (; written < 1000; written++)
            {
                await store.Journal.Append(Append(1, written + 1, Large(written)));
            }
        });
        var refused = Enumerable.Range(100, 20).Select(i => store.Journal.Append(Append(i, 1, Large(i))).AsTask()).ToList();
        await Task.WhenAll(refused.Select(write => write.ContinueWith(_ => { }, TaskScheduler.Default)));
        Assert.All(refused, write => Assert.IsType<StoreFullException>(write.Exception?.InnerException));
        Assert.Equal(written, (await Recorder.Read(store.Journal)).Count);

        disk.Free();
        await store.Journal.Append(Append(1, written + 1, Large(written)));
        Assert.Equal(written + 1, (await Recorder.Read(store.Journal)).Count);
        Assert.True((await store.Health.Check(default)).Ok);
        await store.DisposeAsync();
        await server.Stop("immediate");
    }

    // Of characters that the server cannot compress away.
    private static string Large(int seed)
    {
        var bytes = new byte[30_000];
        TestWorld.Create(TimeProvider.System, seed).NextBytes(bytes);
        return Convert.ToBase64String(bytes);
    }
}
