namespace MarketManager.Kernel;

/// <summary>A message on its way, with what has to know how it fared; null where nobody does.</summary>
internal readonly record struct Envelope<TMessage>(TMessage Message, IDelivery? Delivery);

/// <summary>Follows one message: a timer that may have been cancelled meanwhile, an ask that must not wait in vain.</summary>
internal interface IDelivery
{
    /// <summary>Called in the receiver's turn just before the message would be handled; false drops it.</summary>
    bool IsStillWanted();

    /// <summary>The handler threw, or the receiver ended before it came to the message.</summary>
    void Failed(Exception reason);
}
