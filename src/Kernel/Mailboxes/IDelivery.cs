namespace MarketManager.Kernel;

/// <summary>Follows one message: a timer that may have been cancelled meanwhile, an ask that must not wait in vain.</summary>
internal interface IDelivery
{
    /// <summary>Called in the receiver's turn just before the message would be handled; false drops it.</summary>
    bool IsStillWanted();

    /// <summary>The handler threw, or the receiver ended before it came to the message.</summary>
    void Failed(Exception reason);
}
