using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using MarketManager.Actors.Exchanges;
using MarketManager.Actors.Runs;
using MarketManager.Kernel;

namespace MarketManager.Actors;

/// <summary>Writes and reads the domain's events and exchange snapshots as JSON. A kind, once written, keeps its name and form.</summary>
public sealed class DomainCodec : IEventCodec<ExchangeState, DomainEvent>
{
    private static readonly Dictionary<string, Form> ByKind = [];
    private static readonly Dictionary<Type, Form> ByType = [];

    static DomainCodec()
    {
        var json = DomainJson.Default;
        Add("exchange.created", json.Created);
        Add("exchange.configured", json.Configured);
        Add("exchange.gathered", json.Gathered);
        Add("exchange.deletion_begun", json.DeletionBegun);
        Add("exchange.deleted", json.Deleted);
        Add("run.schedule_set", json.ScheduleSet);
        Add("run.schedule_cleared", json.ScheduleCleared);
        Add("run.started", json.Started);
        Add("run.ended", json.Ended);
        Add("run.stretch_ended", json.StretchEnded);
    }

    /// <summary>The kinds of event that this version writes and reads.</summary>
    public static IReadOnlyCollection<string> Kinds => ByKind.Keys;

    /// <summary>The newest level that a kind needs: what a node of this version understands of a cluster's journal.</summary>
    public static int Level => ByKind.Values.Max(form => form.Level);

    /// <inheritdoc/>
    public JournalEvent Encode(DomainEvent e) =>
        ByType.TryGetValue(e.GetType(), out var form)
            ? new JournalEvent(form.Kind, 1, e.At, JsonSerializer.SerializeToUtf8Bytes(e, form.Json), form.Level)
            : throw new UnknownEventException(e.GetType().Name, 1);

    /// <inheritdoc/>
    public DomainEvent Decode(string kind, int version, DateTimeOffset at, ReadOnlySpan<byte> data) =>
        version == 1 && ByKind.TryGetValue(kind, out var form)
            ? (DomainEvent)JsonSerializer.Deserialize(data, form.Json)!
            : throw new UnknownEventException(kind, version);

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> EncodeState(ExchangeState state) =>
        JsonSerializer.SerializeToUtf8Bytes(state, DomainJson.Default.ExchangeState);

    /// <inheritdoc/>
    public ExchangeState DecodeState(ReadOnlySpan<byte> data) =>
        JsonSerializer.Deserialize(data, DomainJson.Default.ExchangeState)!;

    // What a later version adds names the next level: while nodes run that do not know it, a cluster does not write it.
    private static void Add<T>(string kind, JsonTypeInfo<T> json, int level = 1)
        where T : DomainEvent
    {
        var form = new Form(kind, json, level);
        ByKind.Add(kind, form);
        ByType.Add(typeof(T), form);
    }

    private sealed record Form(string Kind, JsonTypeInfo Json, int Level);
}

/// <summary>The forms in which the domain is kept.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    IgnoreReadOnlyProperties = true,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(ExchangeEvent.Created))]
[JsonSerializable(typeof(ExchangeEvent.Configured))]
[JsonSerializable(typeof(ExchangeEvent.Gathered))]
[JsonSerializable(typeof(ExchangeEvent.DeletionBegun))]
[JsonSerializable(typeof(ExchangeEvent.Deleted))]
[JsonSerializable(typeof(RunEvent.ScheduleSet))]
[JsonSerializable(typeof(RunEvent.ScheduleCleared))]
[JsonSerializable(typeof(RunEvent.Started))]
[JsonSerializable(typeof(RunEvent.Ended))]
[JsonSerializable(typeof(RunEvent.StretchEnded))]
[JsonSerializable(typeof(ExchangeState))]
internal sealed partial class DomainJson : JsonSerializerContext;
