using System.Globalization;
using System.Text;
using MarketManager.TestKit;

namespace MarketManager.Kernel.Tests;

/// <summary>A persistent actor to test with: the sum of what was added.</summary>
internal sealed class Account(
    IJournal journal, Probe<string> probe, Recovered<int>? recovered = null, bool catches = true, int snapshotEvery = 100)
    : PersistentActor<Account.Command, int, Account.Added>(Account1, recovered, 0, journal, Codec, snapshotEvery)
{
    public static readonly PersistenceId Account1 = new("account", 1);

    public static readonly AddedCodec Codec = new();

    internal sealed record Added(int Amount);

    internal abstract record Command
    {
        public sealed record Add(params int[] Amounts) : Command;

        public sealed record AddWithRows(int Amount) : Command;

        public sealed record Look : Command;

        public sealed record Fail : Command;
    }

    protected override ValueTask OnStart()
    {
        probe.Tell($"start {State}@{Sequence}");
        return default;
    }

    protected override int Apply(int state, Added e) => state + e.Amount;

    protected override async ValueTask OnMessage(Command message)
    {
        try
        {
            switch (message)
            {
                case Command.Add add:
                    await Persist([.. add.Amounts.Select(amount => new Added(amount))]);
                    probe.Tell($"{State}@{Sequence}");
                    break;
                case Command.AddWithRows add:
                    await Persist([new Added(add.Amount)], (after, sequence) => [$"row {after}@{sequence}"], guarded: true);
                    break;
                case Command.Look:
                    probe.Tell($"{State}@{Sequence}");
                    break;
                case Command.Fail:
                    throw new FormatException();
            }
        }
        catch (StoreException e) when (catches)
        {
            probe.Tell($"{e.GetType().Name} {State}@{Sequence}");
        }
    }

    internal sealed class AddedCodec : IEventCodec<int, Added>
    {
        public JournalEvent Encode(Added e) => new("added", 1, default, Bytes(e.Amount));

        public Added Decode(string kind, int version, DateTimeOffset at, ReadOnlySpan<byte> data) =>
            kind == "added" ? new Added(Number(data)) : throw new UnknownEventException(kind, version);

        public ReadOnlyMemory<byte> EncodeState(int state) => Bytes(state);

        public int DecodeState(ReadOnlySpan<byte> data) => Number(data);

        private static byte[] Bytes(int number) => Encoding.UTF8.GetBytes(number.ToString(CultureInfo.InvariantCulture));

        private static int Number(ReadOnlySpan<byte> data) => int.Parse(data, CultureInfo.InvariantCulture);
    }
}
