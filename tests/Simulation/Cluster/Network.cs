using MarketManager.Cluster.Members;
using MarketManager.Cluster.Peers;

namespace MarketManager.Simulation.Tests.Cluster;

/// <summary>What is between the processes: slow, lossy, cut between some of them. A message may be lost before or after it did its work.</summary>
internal sealed class Network(Universe universe)
{
    // A peer that was silent for so long is taken for dead by who is connected to it.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(3);

    private readonly HashSet<(string, string)> _cuts = [];
    private readonly Dictionary<Uri, Process> _listening = [];

    public void Listen(Process process) => _listening[process.Address] = process;

    /// <summary>Whoever listens at an address.</summary>
    public Process? At(Uri address) => _listening.GetValueOrDefault(address) is { IsDead: false } process ? process : null;

    /// <summary>Cuts two nodes off from each other, or joins them again.</summary>
    public void Cut(string one, string other, bool isCut)
    {
        var pair = string.CompareOrdinal(one, other) < 0 ? (one, other) : (other, one);
        _ = isCut ? _cuts.Add(pair) : _cuts.Remove(pair);
    }

    /// <summary>All reach each other again.</summary>
    public void Heal() => _cuts.Clear();

    /// <summary>Whether there is no way between two nodes.</summary>
    public bool IsCut(string one, string other) => _cuts.Contains((one, other)) || _cuts.Contains((other, one));

    /// <summary>Asks a node.</summary>
    public Task<PeerReply> Ask(Process from, Member to, PeerRequest request, CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<PeerReply>();
        universe.Outside.Post(async () => await Carry(from, to, request, answer));
        var overdue = from.Clock.CreateTimer(
            _ => answer.TrySetResult(PeerReply.Without(PeerOutcome.Overdue, "no answer came in time")),
            null, request.Within, Timeout.InfiniteTimeSpan);
        var givesUp = cancellationToken.UnsafeRegister((_, token) => answer.TrySetCanceled(token), null);
        return Finish();

        async Task<PeerReply> Finish()
        {
            using (overdue)
            using (givesUp)
            {
                return await answer.Task;
            }
        }
    }

    private async Task Carry(Process from, Member to, PeerRequest request, TaskCompletionSource<PeerReply> answer)
    {
        await Travel();
        if (At(to.Address) is not { } target)
        {
            answer.TrySetResult(PeerReply.Without(PeerOutcome.Unreachable, "nobody listens there"));
            return;
        }

        if (IsCut(from.Name, target.Name))
        {
            if (universe.Weather.Pick(2) == 0)
            {
                answer.TrySetResult(PeerReply.Without(PeerOutcome.Unreachable, "there is no way"));
                return;
            }

            await Lose(answer);
            return;
        }

        if (universe.Weather.Strikes(0.04))
        {
            await Lose(answer);
            return;
        }

        if (universe.Weather.Strikes(0.05))
        {
            _ = Deliver(target, to, request); // some repeat it on the way
        }

        var executing = Deliver(target, to, request);
        _ = Listen(target, executing, answer);
        var reply = await executing;
        await Travel();
        if (IsCut(from.Name, target.Name) || universe.Weather.Strikes(0.04))
        {
            await Lose(answer);
        }
        else
        {
            answer.TrySetResult(reply);
        }
    }

    private static Task<PeerReply> Deliver(Process target, Member to, PeerRequest request) =>
        Universe.Begin(target.Turns, () => target.Serve(to.Incarnation, request).AsTask());

    // The connection breaks when the process dies; one that is frozen is noticed by its silence.
    private async Task Listen(Process target, Task executing, TaskCompletionSource<PeerReply> answer)
    {
        while (!executing.IsCompleted && !answer.Task.IsCompleted)
        {
            var wasFrozen = target.IsFrozen;
            await Task.Delay(Silence, universe.World.Time);
            if (target.IsDead || (wasFrozen && target.IsFrozen))
            {
                answer.TrySetResult(PeerReply.Without(PeerOutcome.Lost, "the connection broke"));
            }
        }
    }

    private async Task Lose(TaskCompletionSource<PeerReply> answer)
    {
        await universe.Delay(Silence);
        answer.TrySetResult(PeerReply.Without(PeerOutcome.Lost, "the connection broke"));
    }

    private async Task Travel()
    {
        if (universe.Weather.Pick(3) > 0)
        {
            await universe.Delay(TimeSpan.FromMilliseconds(universe.Weather.Strikes(0.05) ? 1500 : 3));
        }
    }

    /// <summary>The network as one process sees it.</summary>
    internal sealed class Peers(Network network, Process me) : IPeers
    {
        public ValueTask<PeerReply> Ask(Member to, PeerRequest request, CancellationToken cancellationToken) =>
            new(network.Ask(me, to, request, cancellationToken));
    }

    /// <summary>Knocks.</summary>
    internal sealed class Probe(Network network, Universe universe, Process me) : IPeerProbe
    {
        public ValueTask<bool> Refuses(Uri address, CancellationToken cancellationToken) => new(universe.Remote(async () =>
        {
            await network.Travel();
            return !network.IsCut(me.Name, address.Host) && network.At(address) is null;
        }));
    }
}
