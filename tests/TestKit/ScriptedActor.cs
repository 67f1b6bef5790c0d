using MarketManager.Kernel;

namespace MarketManager.TestKit;

/// <summary>An actor whose behaviour a test writes down where it spawns it.</summary>
public sealed class ScriptedActor<TMessage>(
    Func<ActorContext<TMessage>, TMessage, ValueTask> onMessage,
    Func<ActorContext<TMessage>, ValueTask>? onStart = null,
    Func<ActorContext<TMessage>, ValueTask>? onStop = null) : Actor<TMessage>
{
    /// <summary>An actor whose handler does not await.</summary>
    public ScriptedActor(Action<ActorContext<TMessage>, TMessage> onMessage, Action<ActorContext<TMessage>>? onStart = null)
        : this(
            (context, message) =>
            {
                onMessage(context, message);
                return default;
            },
            context =>
            {
                onStart?.Invoke(context);
                return default;
            })
    {
    }

    /// <inheritdoc/>
    protected override ValueTask OnStart() => onStart?.Invoke(Context) ?? default;

    /// <inheritdoc/>
    protected override ValueTask OnMessage(TMessage message) => onMessage(Context, message);

    /// <inheritdoc/>
    protected override ValueTask OnStop() => onStop?.Invoke(Context) ?? default;
}
