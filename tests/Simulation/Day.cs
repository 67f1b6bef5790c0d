using MarketManager.Actors;
using MarketManager.Actors.Exchanges;
using MarketManager.Actors.Idempotency;
using MarketManager.Actors.Tests.Harness;

namespace MarketManager.Simulation.Tests;

/// <summary>A day in the life of a node, from a seed: clients, bad weather, deaths of the process, a clock that steps.</summary>
internal sealed class Day
{
    private const int Deeds = 160;
    private const string Options = """{"max_run":20}""";

    private readonly Weather _weather;
    private readonly Requests _requests = new();
    private readonly FaultySource _source;
    private readonly TestNode _node;
    private Task<ExchangeSystem>? _boot;

    public Day(int seed)
    {
        _weather = new Weather(new Random(seed));
        var store = new FakeStore();
        var clock = new TestKit.ManualTime();
        _source = new FaultySource(store, _weather, clock);
        _node = new TestNode(seed, _source, new FaultyJournal(store.Journal, _weather, clock), store, clock, isUp: false);
    }

    /// <summary>What the store holds.</summary>
    public FakeStore Store => _node.Store;

    /// <summary>How often the process was started.</summary>
    public int Lives { get; private set; }

    /// <summary>Lets it all happen, then lets the weather clear up and looks at what is left.</summary>
    public void Live()
    {
        for (var deed = 0; deed < Deeds; deed++)
        {
            KeepUp();
            Do(_weather.Pick(20));
            GoOn(_weather.Pick(60));
        }

        _weather.ClearUp();
        Settle();
        _requests.Check(Store, [.. Enumerable.Range(1, (int)Store.LastId).Select(id => (long)id)]);
    }

    private void Do(int deed)
    {
        switch (deed)
        {
            case 0 or 1:
                Create();
                break;
            case 2 or 3 or 4:
                Change();
                break;
            case 5 when _weather.Pick(3) == 0:
                Send(id => _requests.Deleted(id, _node.Send(x => x.Delete(id, null, default))));
                break;
            case 6 or 7 or 8:
                Run();
                break;
            case 9:
                Wait();
                break;
            case 10 when _weather.Pick(3) == 0:
                var paused = _weather.Pick(2) == 0;
                Send(_ => _node.Send(x => x.SetPaused(paused, default)));
                break;
            case 11 when _weather.Strikes(0.7):
                Die();
                break;
            case 12 when _weather.Strikes(0.3):
                Leave();
                break;
            case 13 when _weather.Strikes(0.3):
                _node.StepClock(TimeSpan.FromSeconds(_weather.Pick(7200) - 3600));
                break;
            default:
                _node.Advance(_weather.Pick(20_000) / 1000.0);
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
        Send(_ => _requests.Created(name, key, _node.Send(x => x.Create(draft, KeyOf("POST create", key), default))));
    }

    private void Change()
    {
        var url = $"https://example.test/{_requests.NextNumber()}";
        var change = new ExchangeChange(
            Url: Patch.To(url),
            Interval: _weather.Pick(2) == 0 ? Patch.To(1L + _weather.Pick(30)) : default,
            Enabled: _weather.Pick(3) == 0 ? Patch.To(_weather.Pick(3) > 0) : default);
        Send(id => _requests.Changed(id, url, _node.Send(x => x.Change(id, change, null, default))));
    }

    private void Run()
    {
        var number = _requests.NextNumber();
        Send(id =>
        {
            var key = _weather.Pick(3) switch { 0 => null, 1 => $"r{id}-{number}", _ => $"r{id}-{number / 8}" };
            _requests.Ran(id, key, _node.Send(x => x.Run(id, KeyOf("POST run", key), default)));
        });
    }

    private void Wait()
    {
        var run = Store.Tables.Runs.Values.LastOrDefault();
        if (run is not null)
        {
            Send(_ => _requests.Waited(_node.Send(x => x.WhenEnded(run.Exchange, run.RunId, TimeSpan.FromSeconds(20), default))));
        }
    }

    private void Send(Action<long> request)
    {
        if (_node.IsUp)
        {
            request(1 + _weather.Pick((int)Store.LastId + 1));
        }
    }

    private void Die()
    {
        _node.Kill();
        _source.Die();
        _boot = null;
    }

    private void Leave()
    {
        if (_node.IsUp)
        {
            var leaving = _node.Exchanges;
            _node.Begin(async () =>
            {
                await leaving.Leave();
                return true;
            });
            _node.Advance(_weather.Pick(12_000) / 1000.0);
            Die();
        }
    }

    // A process that could not read its store ended; the next is started.
    private void KeepUp()
    {
        if (_boot is { IsFaulted: true })
        {
            Die();
        }

        if (_boot is null)
        {
            Lives++;
            _boot = _node.Boot();
        }
    }

    private void GoOn(int steps)
    {
        while (steps-- > 0 && _node.Step())
        {
        }
    }

    // What hung is ended by now; everybody who is left goes on, and when all are switched off nothing runs.
    private void Settle()
    {
        KeepUp();
        _node.Run();
        KeepUp();
        _node.Advance(120);
        Require(_node.IsUp, "the node did not come up again");
        Require(_node.Exchanges.Directory.Broken.Count == 0, $"broken: {string.Join(", ", _node.Exchanges.Directory.Broken)}");
        Require(_node.Call(x => x.SetPaused(false, default)) is null, "resuming was rejected");
        var ids = Store.Tables.Exchanges.Keys.ToList();
        Require(_node.Exchanges.Directory.Count == ids.Count, $"{ids.Count} exchanges have {_node.Exchanges.Directory.Count} actors");
        ids.ForEach(id => Accepted(id, new(Enabled: Patch.To(true))));
        var successes = ids.ToDictionary(id => id, Successes);
        _node.Advance(35);
        foreach (var id in ids)
        {
            Require(
                Successes(id) > successes[id], $"exchange {id} does not gather any more at {_node.Now:O}; it ends with {Tail(id)}");
        }

        ids.ForEach(id => Accepted(id, new(Enabled: Patch.To(false))));
        _node.Advance(5);
        Require(Store.Tables.Runs.Values.All(run => run.State is not Actors.Runs.RunState.Running), "a run is still going");
        Require(_source.Violations.Count == 0, string.Join("; ", _source.Violations));
        StoreCheck.Check(Store);
    }

    private string Tail(long id) => string.Concat(Store.EventsOf(id).TakeLast(12).Select(e => $"\n  {e}"));

    private int Successes(long id) => Store.RunsOf(id).Count(run => run.State is Actors.Runs.RunState.Succeeded);

    private void Accepted(long id, ExchangeChange change)
    {
        var answer = _node.Call(x => x.Change(id, change, null, default));
        Require(answer.Why is null, $"exchange {id} rejects: {answer.Why}");
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
