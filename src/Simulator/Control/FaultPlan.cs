namespace MarketManager.Simulator.Control;

/// <summary>The faults in force. Each request suffers at most one: the first in the list that befalls its path.</summary>
internal sealed class FaultPlan
{
    /// <summary>The most faults at a time; a longer list is refused.</summary>
    public const int Capacity = 100;

    private readonly Lock _gate = new();
    private List<Fault> _faults = [];

    /// <summary>Puts other faults in the place of all.</summary>
    public void Replace(IEnumerable<Fault> faults)
    {
        List<Fault> replacement = [.. faults];
        lock (_gate)
        {
            _faults = replacement;
        }
    }

    /// <summary>The faults that are left, with the counts that are left.</summary>
    public IReadOnlyList<Fault> Read()
    {
        lock (_gate)
        {
            return [.. _faults];
        }
    }

    /// <summary>The fault that befalls a request, counted down; null when it is to be answered as it should.</summary>
    public Fault? Next(string path)
    {
        lock (_gate)
        {
            var i = _faults.FindIndex(x => x.Path is null || x.Path == path);
            if (i < 0)
            {
                return null;
            }

            var fault = _faults[i];
            switch (fault.Count)
            {
                case 1:
                    _faults.RemoveAt(i);
                    break;
                case { } count:
                    _faults[i] = fault with { Count = count - 1 };
                    break;
            }

            return fault;
        }
    }
}
