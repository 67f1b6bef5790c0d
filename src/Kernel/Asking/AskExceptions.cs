namespace MarketManager.Kernel;

/// <summary>No reply came in time; whether the message was or will be handled is not known.</summary>
public sealed class AskTimeoutException(string path, TimeSpan timeout)
    : TimeoutException($"{path} did not reply within {timeout.TotalMilliseconds} ms");

/// <summary>The mailbox was full and the message dropped; it will not be handled.</summary>
public sealed class MailboxFullException(string path) : Exception($"the mailbox of {path} is full");

/// <summary>The actor has ended; the message was not handled.</summary>
public sealed class ActorStoppedException(string path) : Exception($"{path} has stopped");
