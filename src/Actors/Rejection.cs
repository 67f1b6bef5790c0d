namespace MarketManager.Actors;

/// <summary>Why a command was not carried out; the API maps each kind to one status.</summary>
public enum RejectionKind
{
    /// <summary>There is no such entity (404).</summary>
    NotFound,

    /// <summary>Understood, but a value is not allowed (422).</summary>
    Invalid,

    /// <summary>Something else already has what was asked for, such as a name (409).</summary>
    Conflict,

    /// <summary>A run is already going (409).</summary>
    AlreadyRunning,

    /// <summary>The version that the caller saw is not the current one (412).</summary>
    Stale,

    /// <summary>The store is away, or too much waits (503); nothing was done.</summary>
    Unavailable,

    /// <summary>This node does not own the entity, or is about to give it away (503); nothing was done here.</summary>
    Moved,

    /// <summary>A commit was sent and its fate is not known (503, type outcome-unknown); the API adds what to do.</summary>
    OutcomeUnknown,

    /// <summary>The disk is full (507); nothing was done.</summary>
    StoreFull,
}

/// <summary>A command that was not carried out, and why.</summary>
/// <param name="Kind">The class of reason.</param>
/// <param name="Detail">A sentence for a person: what was wrong, what is allowed, what to do.</param>
/// <param name="Errors">By top-level field, for <see cref="RejectionKind.Invalid"/>; else null.</param>
/// <param name="RunId">The run that is going, for <see cref="RejectionKind.AlreadyRunning"/>; else null.</param>
public sealed record Rejection(
    RejectionKind Kind,
    string Detail,
    IReadOnlyDictionary<string, IReadOnlyList<string>>? Errors = null,
    Guid? RunId = null)
{
    /// <summary>A rejection of one field.</summary>
    public static Rejection Invalid(string field, string message) => new(
        RejectionKind.Invalid,
        message,
        new Dictionary<string, IReadOnlyList<string>> { [field] = [message] });
}

/// <summary>What a command came to: a value, or the reason why not.</summary>
/// <typeparam name="T">The value's type.</typeparam>
public readonly record struct Answer<T>
    where T : class
{
    /// <summary>Carried out.</summary>
    public Answer(T value) => Value = value;

    /// <summary>Not carried out.</summary>
    public Answer(Rejection why) => Why = why;

    /// <summary>Null where it was rejected.</summary>
    public T? Value { get; }

    /// <summary>Null where it was carried out.</summary>
    public Rejection? Why { get; }

    /// <summary>An answer from a value.</summary>
    public static implicit operator Answer<T>(T value) => new(value);

    /// <summary>An answer from a rejection.</summary>
    public static implicit operator Answer<T>(Rejection why) => new(why);
}
