using MarketManager.Actors;
using MarketManager.Actors.Exchanges;
using MarketManager.Actors.Idempotency;
using MarketManager.Actors.Runs;
using MarketManager.Actors.Tests.Harness;
using MarketManager.Cluster.Exchanges;

namespace MarketManager.Simulation.Tests.Cluster;

/// <summary>
/// A day in the life of a cluster, from a seed: two to four nodes, clients that ask any of them, processes that die, freeze, leave and
/// come back, a network and a store that fail, clocks that disagree.
/// </summary>
internal sealed class ClusterDay
{
    private const int Deeds = 80;
    private const string Options = """{"max_run":20}""";

    private readonly Universe _universe;
    private readonly Weather _weather;
    private readonly SharedStore _store;
    private readonly Network _network;
    private readonly Requests _requests = new();
    private readonly Reads _reads = new();
    private readonly List<string> _names;
    private readonly Dictionary<string, Process> _processes = [];
    private readonly List<FaultySource> _sources = [];
    private readonly List<(int At, Action Undo)> _passing = [];
    private int _deed;
    private bool _isClear;

    public ClusterDay(int seed)
    {
        _universe = new Universe(seed);
        _weather = _universe.Weather;
        _store = new SharedStore(_universe);
        _network = new Network(_universe);
        _names = [.. Enumerable.Range(1, 2 + _weather.Pick(3)).Select(no => $"n{no}")];
    }

    /// <summary>What the store holds.</summary>
    public FakeStore Store => _store.Data;

    /// <summary>What happened, for a test that wants to know whether anything did.</summary>
    public DayTally Tally => new(
        Lives, Store.Tables.Runs.Count, _store.Cluster.Deaths.Count, _store.Cluster.History.Count, _store.Lanes.Terminations, _store.Witness.LateCommits, _reads.Answered);

    /// <summary>How many processes were started.</summary>
    public int Lives { get; private set; }

    /// <summary>Lets it all happen, then lets the weather clear up and looks at what is left.</summary>
    public void Live()
    {
        _store.Cluster.LossRate = _weather.Strikes(0.5) ? 0.01 : 0;
        KeepUp();
        _universe.Advance(TimeSpan.FromSeconds(3));
        Create();
        Create();
        Create();
        for (_deed = 0; _deed < Deeds; _deed++)
        {
            KeepUp();
            Do(_weather.Pick(26));
            GoOn(_weather.Pick(80));
        }

        Settle();
        Check();
    }

    private void Do(int deed)
    {
        switch (deed)
        {
            case 0 or 1 or 2:
                Create();
                break;
            case 3 or 4 or 5:
                Change();
                break;
            case 6 when _weather.Pick(3) == 0:
                Send(id => process => _requests.Deleted(id, _reads.Deleted(id, process.Send(x => x.Delete(id, null, default)))));
                break;
            case 7 or 8 or 9:
                Run();
                break;
            case 10 or 11 or 12:
                Send(id => process => _reads.Read(id, () => process.Send(x => x.Get(id, default))));
                break;
            case 13:
                Wait();
                break;
            case 14 when _weather.Pick(3) == 0:
                var paused = _weather.Pick(2) == 0;
                Send(_ => process => process.Send(x => x.SetPaused(paused, default)));
                break;
            case 15 when _weather.Strikes(0.7):
                Caught()?.Kill();
                break;
            case 16 when _weather.Strikes(0.7):
                Anybody()?.Leave();
                break;
            case 17 or 18 when _weather.Strikes(0.9):
                Freeze();
                break;
            case 19 when _weather.Strikes(0.8):
                Partition();
                break;
            case 20 when _weather.Strikes(0.6):
                Trouble();
                break;
            case 21 when _weather.Strikes(0.5):
                Anybody()?.Clock.Step(TimeSpan.FromSeconds(_weather.Pick(7200) - 3600));
                break;
            default:
                _universe.Advance(TimeSpan.FromMilliseconds(_weather.Pick(6_000)));
                break;
        }
    }

    private void Create()
    {
        var number = _requests.NextNumber();
        var isRepeat = _weather.Pick(4) == 0;
        var name = $"x{(isRepeat ? number - 3 : number)}";
        var key = isRepeat || _weather.Pick(2) == 0 ? $"key of {name}" : null;
        var draft = new NewExchange(
            Tenant.Default, name, _weather.Pick("binance", "kraken"), _weather.Pick(5) > 0, 1 + _weather.Pick(30), Options: Options);
        Send(_ => process => _requests.Created(name, key, process.Send(x => x.Create(draft, KeyOf("POST create", key), default))));
    }

    private void Change()
    {
        var url = $"https://example.test/{_requests.NextNumber()}";
        var change = new ExchangeChange(
            Url: Patch.To(url),
            Interval: _weather.Pick(2) == 0 ? Patch.To(1L + _weather.Pick(30)) : default,
            Enabled: _weather.Pick(3) == 0 ? Patch.To(_weather.Pick(3) > 0) : default);
        Send(id => process => _requests.Changed(id, url, _reads.Told(id, process.Send(x => x.Change(id, change, null, default)))));
    }

    private void Run()
    {
        var number = _requests.NextNumber();
        Send(id =>
        {
            var key = _weather.Pick(3) switch { 0 => null, 1 => $"r{id}-{number}", _ => $"r{id}-{number / 8}" };
            return process => _requests.Ran(id, key, process.Send(x => x.Run(id, KeyOf("POST run", key), default)));
        });
    }

    private void Wait()
    {
        var run = Store.Tables.Runs.Values.LastOrDefault();
        if (run is not null)
        {
            Send(_ => process => _requests.Waited(process.Send(x => x.WhenEnded(run.Exchange, run.RunId, TimeSpan.FromSeconds(20), default))));
        }
    }

    // Whoever finds the door closed tries the next one.
    private void Send(Func<long, Action<Process>> request)
    {
        var send = request(1 + _weather.Pick((int)Store.LastId + 1));
        var open = _processes.Values.Where(process => !process.IsDead && process.Gateway is not null).ToList();
        if (open.Count > 0)
        {
            send(open[_weather.Pick(open.Count)]);
        }
    }

    private void Freeze()
    {
        if (Caught() is { } process)
        {
            process.Freeze();
            Pass(process.Thaw, 12);
        }
    }

    private void Partition()
    {
        var (one, other) = (_weather.Pick<string>([.. _names]), _weather.Pick<string>([.. _names]));
        if (one != other)
        {
            _network.Cut(one, other, true);
            Pass(() => _network.Cut(one, other, false), 12);
        }
        else if (_processes.GetValueOrDefault(one) is { } process)
        {
            process.CutOffFromStore(true);
            Pass(() => process.CutOffFromStore(false), 8);
        }
    }

    private void Trouble()
    {
        switch (_weather.Pick(4))
        {
            case 0:
                _store.SetDown(true);
                Pass(() => _store.SetDown(false), 6);
                break;
            case 1:
                _store.Restart(promote: true);
                break;
            default:
                _store.Restart(promote: false);
                break;
        }
    }

    // After some more deeds it is over.
    private void Pass(Action undo, int atMost) => _passing.Add((_deed + 1 + _weather.Pick(atMost), undo));

    private Process? Anybody()
    {
        var living = _processes.Values.Where(process => !process.IsDead).ToList();
        return living.Count == 0 ? null : living[_weather.Pick(living.Count)];
    }

    // Somebody, most often in the middle of a write.
    private Process? Caught()
    {
        var process = Anybody();
        for (var patience = _weather.Pick(4) * 200; patience > 0 && process is { IsWriting: false, Life.IsCompleted: false }; patience--)
        {
            if (!_universe.Step())
            {
                _universe.Advance(TimeSpan.FromMilliseconds(10));
            }
        }

        return process;
    }

    // What is over ends, whoever has ended is dead, and whoever is dead is started again, some time.
    private void KeepUp()
    {
        foreach (var passing in _passing.Where(passing => passing.At <= _deed).ToList())
        {
            passing.Undo();
            _passing.Remove(passing);
        }

        foreach (var name in _names)
        {
            var process = _processes.GetValueOrDefault(name);
            if (process is { IsDead: false, Life.IsCompleted: true })
            {
                process.Kill();
            }

            if (process is null or { IsDead: true } && (_isClear || _weather.Pick(4) == 0))
            {
                Start(name);
            }
        }
    }

    private void Start(string name)
    {
        _processes[name] = Process.Start(_universe, _store, _network, name, ++Lives);
        _sources.Add(_processes[name].Source);
    }

    private void GoOn(int steps)
    {
        while (steps-- > 0 && _universe.Step())
        {
        }
    }

    // The trouble passes, everybody comes back, what hung is ended; whoever is left goes on.
    private void Settle()
    {
        _isClear = true;
        _weather.ClearUp();
        _store.Cluster.LossRate = 0;
        _passing.ForEach(passing => passing.Undo());
        _passing.Clear();
        _network.Heal();
        _universe.Await(
            () =>
            {
                KeepUp();
                return Unsettled() is null;
            },
            TimeSpan.FromSeconds(80));
        Require(Unsettled() is null, Unsettled()!);
        var why = Call(process => process.Send(x => x.SetPaused(false, default)));
        Require(why is null, $"resuming was rejected: {why}");
        Require(
            _universe.Await(() => _processes.Values.All(process => !process.Gateway!.Paused), TimeSpan.FromSeconds(12)),
            "a node has not heard that exchanges are to go on");
        var ids = Store.Tables.Exchanges.Keys.ToList();
        ids.ForEach(id => Accepted(id, new(Enabled: Patch.To(true))));
        var successes = ids.ToDictionary(id => id, Successes);
        _universe.Await(() => ids.All(id => Successes(id) > successes[id]), TimeSpan.FromSeconds(100));
        foreach (var id in ids)
        {
            Require(Successes(id) > successes[id], $"exchange {id} does not gather any more; it ends with {Tail(id)}");
        }

        ids.ForEach(id => Accepted(id, new(Enabled: Patch.To(false))));
        Require(
            _universe.Await(() => Store.Tables.Runs.Values.All(run => run.State is not RunState.Running), TimeSpan.FromSeconds(75)),
            "a run is still going");
    }

    // What is not yet as it must be once all trouble is over; null: nothing.
    private string? Unsettled()
    {
        var members = _store.Cluster.Members;
        if (!members.Select(member => member.Name).Order().SequenceEqual(_names))
        {
            return $"members are {string.Join(", ", members)}";
        }

        var owned = _store.Cluster[ExchangeShards.Role].CountBy(shard => shard.Owner ?? default).ToList();
        if (!owned.All(x => members.Any(member => member.Incarnation == x.Key))
            || owned.Count != members.Count || owned.Max(x => x.Value) - owned.Min(x => x.Value) > 1)
        {
            return $"shards are with {string.Join(", ", owned)}";
        }

        if (_processes.Values.Any(process => process.Gateway is null))
        {
            return "a process does not serve";
        }

        if (_processes.Values.Any(process => process.IsLeaving))
        {
            return "a process leaves";
        }

        if (!_processes.Values.All(process => process.ReachesStore))
        {
            return "a process does not reach the store yet"; // trouble that was too short for anybody to notice
        }

        if (_processes.Values.Any(process => process.IsAsked))
        {
            return "a client has no answer";
        }

        var directories = _processes.Values.Select(process => process.Exchanges!.Directory).ToList();
        if (directories.Any(directory => directory.Broken.Count > 0))
        {
            return $"broken: {string.Join(", ", directories.SelectMany(directory => directory.Broken))}";
        }

        var actors = directories.Sum(directory => directory.Count);
        if (actors != Store.Tables.Exchanges.Count)
        {
            return $"{Store.Tables.Exchanges.Count} exchanges have {actors} actors";
        }

        return Store.Tables.Exchanges.Keys.Any(id => Store.EventsOf(id).OfType<ExchangeEvent.DeletionBegun>().Any())
            ? "an exchange is still to be deleted"
            : null;
    }

    private void Check()
    {
        _store.Witness.CheckHistory();
        List<string> violations = [.. _store.Witness.Violations, .. _sources.SelectMany(source => source.Violations)];
        Require(violations.Count == 0, string.Join("; ", violations.Take(5)));
        StoreCheck.Check(Store, isShared: true);
        _requests.Check(Store, [.. Enumerable.Range(1, (int)Store.LastId).Select(id => (long)id)]);
        _reads.Check(id => Store.EventsOf(id).OfType<ExchangeEvent.Deleted>().Any());
    }

    private string Whereabouts(long id)
    {
        var shard = MarketManager.Kernel.Shard.Of(id);
        return $"shard {shard} is with {_store.Cluster[ExchangeShards.Role][shard]}" + string.Concat(_processes.Values.Select(process =>
            $"\n  {process.Name} is {process.Node.Views.Current.Me}, holds its lease: {process.Node.Lease.Holds}, "
            + $"carries it: {process.Exchanges!.Directory.Carries(id)}, has its actor: {process.Exchanges.Directory.Find(id) is not null}, "
            + $"knows as its owner: {process.Node.Views.Current.OwnerOf(ExchangeShards.Role, shard)?.Name}"));
    }

    private string Tail(long id) => string.Concat(Store.EventsOf(id).TakeLast(12).Select(e => $"\n  {e}"));

    private int Successes(long id) => Store.RunsOf(id).Count(run => run.State is RunState.Succeeded);

    private void Accepted(long id, ExchangeChange change)
    {
        var answer = Call(process => process.Send(x => x.Change(id, change, null, default)));
        Require(answer.Why is null, $"exchange {id} rejects: {answer.Why}; {Whereabouts(id)}");
    }

    private T Call<T>(Func<Process, Task<T>> send)
    {
        var answer = send(_processes[_names[_weather.Pick(_names.Count)]]);
        Require(_universe.Await(() => answer.IsCompleted, TimeSpan.FromSeconds(40)), "there is no answer");
        return TestNode.Answered(answer);
    }

    private static IdempotencyKey? KeyOf(string route, string? key) => key is null ? null : new("local", route, key, "hash");

    private static void Require(bool condition, string otherwise)
    {
        if (!condition)
        {
            throw new InvalidOperationException(otherwise);
        }
    }
}

/// <summary>How eventful a day was.</summary>
/// <param name="Lives">Processes that were started.</param>
/// <param name="Runs">Runs that were started.</param>
/// <param name="Deaths">Members that were declared dead.</param>
/// <param name="Changes">Changes of a shard's owner.</param>
/// <param name="Terminations">Writers that were terminated because they held a lane.</param>
/// <param name="LateCommits">Commits of processes that were frozen or dead by then.</param>
/// <param name="Reads">Reads that were answered.</param>
internal readonly record struct DayTally(int Lives, int Runs, int Deaths, int Changes, int Terminations, int LateCommits, int Reads)
{
    public static DayTally operator +(DayTally one, DayTally other) => new(
        one.Lives + other.Lives, one.Runs + other.Runs, one.Deaths + other.Deaths, one.Changes + other.Changes, one.Terminations + other.Terminations,
        one.LateCommits + other.LateCommits, one.Reads + other.Reads);
}
