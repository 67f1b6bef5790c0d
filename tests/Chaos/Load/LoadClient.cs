using System.Collections.Immutable;
using System.Globalization;
using MarketManager.Chaos.Tests.Checking;

namespace MarketManager.Chaos.Tests.Load;

/// <summary>
/// A client with exchanges of its own: creates, changes, runs, reads and deletes them through any node, one request after the
/// other, some with an Idempotency-Key, and writes down what it was told.
/// </summary>
internal sealed class LoadClient(int number, int seed, ClientHttp http, ClientLog log)
{
    private const int Most = 5;

    /// <summary>A run longer than this is stale.</summary>
    public static readonly TimeSpan MaxRun = TimeSpan.FromSeconds(8);

    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Persistence = TimeSpan.FromSeconds(60);

    private readonly Random _random = new(seed);
    private volatile ImmutableList<Owned> _owned = []; // others look at it meanwhile
    private int _names;
    private int _keys;

    /// <summary>The exchanges that it made and did not delete.</summary>
    public IReadOnlyList<long> Exchanges => [.. _owned.Select(one => one.Id)];

    /// <summary>Those whose schedule is on, as it was told.</summary>
    public IReadOnlyList<long> Enabled => [.. _owned.Where(one => one.Enabled is true).Select(one => one.Id)];

    /// <summary>Goes on until it is told to stop; a request that is under way is finished.</summary>
    public async Task Run(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            await Next();
            await Task.Delay(TimeSpan.FromMilliseconds(_random.Next(20, 200)), TimeProvider.System, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Switches all schedules off, until that is acknowledged.</summary>
    public async Task Quiet()
    {
        foreach (var one in _owned)
        {
            var began = log.Now;
            while (await Change(one, new { enabled = false, url = Marks.Url(++one.Mark) }) is not Fate.Acknowledged)
            {
                if (log.Now - began > Persistence)
                {
                    log.Add(new Operation.Oddity(began, log.Now, $"exchange {one.Id} could not be switched off in {Persistence.TotalSeconds} s"));
                    break;
                }

                await Task.Delay(Again, TimeProvider.System);
            }

            one.Enabled = false;
        }
    }

    private Task Next()
    {
        var chance = _random.Next(100);
        if (_owned.Count == 0 || (chance < 15 && _owned.Count < Most))
        {
            return Create();
        }

        var one = _owned[_random.Next(_owned.Count)];
        return chance switch
        {
            < 50 => Change(one),
            < 70 => Demand(one),
            < 97 => Read(one),
            _ => Delete(one),
        };
    }

    private async Task Create()
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"client {number} no {++_names}");
        var key = Key();
        var began = log.Now;
        var told = await Ask("POST", "api/exchanges/", new
        {
            name,
            venue = "sim",
            interval = _random.Next(1, 4),
            enabled = true,
            url = Marks.Url(0),
            options = new { max_run = (int)MaxRun.TotalSeconds },
        }, key);
        long? id = told.Fate is Fate.Acknowledged ? told.Json.GetProperty("id").GetInt64() : null;
        log.Add(new Operation.Creation(began, log.Now, name, id, told.Fate));
        if (told.Status == 409)
        {
            Odd(began, $"the creation of '{name}' was answered {told}");
        }

        if (id is { } made)
        {
            _owned = _owned.Add(new Owned(made));
        }
    }

    private Task<Fate> Change(Owned one)
    {
        var url = Marks.Url(++one.Mark);
        switch (_random.Next(6))
        {
            case 0:
                return Change(one, new { url, interval = _random.Next(1, 4) });
            case 1 when one.Enabled is true:
                return Change(one, new { url, enabled = false });
            case 1 or 2:
                return Change(one, new { url, enabled = true });
            default:
                return Change(one, new { url });
        }
    }

    private async Task<Fate> Change(Owned one, object body)
    {
        var began = log.Now;
        var told = await Ask("PATCH", Path(one), body);
        log.Add(new Operation.Change(began, log.Now, one.Id, one.Mark, told.Fate));
        one.Enabled = told.Fate is Fate.Acknowledged ? told.Json.GetProperty("enabled").GetBoolean() : told.Fate is Fate.Unknown ? null : one.Enabled;
        if (told.Status is >= 400 and < 500)
        {
            Odd(began, $"a change of exchange {one.Id} was answered {told}");
        }

        return told.Fate;
    }

    private async Task Demand(Owned one)
    {
        var began = log.Now;
        var told = await Ask("POST", Path(one) + "run/", null, Key());
        var run = told.Fate is Fate.Acknowledged ? told.Json.GetProperty("run_id").GetGuid() : (Guid?)null;
        log.Add(new Operation.Demand(began, log.Now, one.Id, run, told.Fate));
        if (told.Status is >= 400 and < 500 and not 409)
        {
            Odd(began, $"a run of exchange {one.Id} was answered {told}");
        }
    }

    private async Task Read(Owned one)
    {
        var began = log.Now;
        var told = await Ask("GET", Path(one));
        if (told.Status == 200)
        {
            log.Add(new Operation.Reading(began, log.Now, one.Id, Marks.Of(told.Json.GetProperty("url").GetString())));
        }
        else if (told.Status == 404)
        {
            log.Add(new Operation.Reading(began, log.Now, one.Id, null));
        }
    }

    private async Task Delete(Owned one)
    {
        _owned = _owned.Remove(one);
        var began = log.Now;
        var told = await Ask("DELETE", Path(one));
        log.Add(new Operation.Deletion(began, log.Now, one.Id, told.Fate));
        if (told.Fate is Fate.Refused)
        {
            _owned = _owned.Add(one);
        }
    }

    /// <summary>Asks; what has a key is repeated until its fate is known, and sometimes once more.</summary>
    private async Task<Told> Ask(string method, string path, object? body = null, string? key = null)
    {
        var began = log.Now;
        var told = await Once();
        if (told.Status is 0 or >= 500)
        {
            log.Add(new Operation.Failure(began, log.Now, $"{method} {path} was answered {told}"));
        }

        if (key is null)
        {
            return told;
        }

        var isUnknown = told.Fate is Fate.Unknown;
        while (IsToBeRepeated(told, isUnknown) && log.Now - began < Persistence)
        {
            await Task.Delay(Again, TimeProvider.System);
            told = await Once();
            isUnknown |= told.Fate is Fate.Unknown;
        }

        if (IsToBeRepeated(told, isUnknown))
        {
            return told with { Fate = Fate.Unknown };
        }

        if (told.Fate is Fate.Acknowledged && _random.Next(3) == 0 && await Once() is { Fate: Fate.Acknowledged } again)
        {
            log.Add(new Operation.Repetition(began, log.Now, key, told.ToString(), again.ToString()));
        }

        return told;

        async Task<Told> Once()
        {
            var answer = await http.Ask(_random.Next(100), method, path, body, key);
            if (answer.Status == 500)
            {
                Odd(began, $"{method} {path} was answered {answer}");
            }

            return answer;
        }
    }

    // Refused for now after an unknown try, or while that is still carried out: not known yet.
    private static bool IsToBeRepeated(Told told, bool isUnknown) =>
        told.Fate is Fate.Unknown
        || (isUnknown && told.Fate is Fate.Refused && (told.Status is 0 or 503 || told.Problem == "/problems/conflict"));

    private void Odd(TimeSpan began, string what) => log.Add(new Operation.Oddity(began, log.Now, what));

    private string? Key() => _random.Next(2) == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"client {number} key {++_keys}");

    private static string Path(Owned one) => string.Create(CultureInfo.InvariantCulture, $"api/exchanges/{one.Id}/");

    private sealed class Owned(long id)
    {
        public long Id { get; } = id;

        public int Mark { get; set; }

        /// <summary>Null: not known.</summary>
        public bool? Enabled { get; set; } = true;
    }
}
