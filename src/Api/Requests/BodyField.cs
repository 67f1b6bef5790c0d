namespace MarketManager.Api.Requests;

/// <summary>Who writes a field.</summary>
internal enum FieldOwner
{
    /// <summary>The client.</summary>
    Client,

    /// <summary>The client, when the resource is created.</summary>
    ClientOnce,

    /// <summary>The server; a client that sends it is refused.</summary>
    Server,
}

/// <summary>A field that a body may, or may not, name.</summary>
/// <param name="Name">As it is written.</param>
/// <param name="Owner">Who writes it.</param>
/// <param name="Shape">What it must be, to follow "must be".</param>
internal sealed record BodyField(string Name, FieldOwner Owner, string Shape = "");
