namespace MarketManager.Simulator.Protocol;

/// <summary>A refusal in the venue's own words: a status and <c>{"code", "msg"}</c>.</summary>
/// <remarks>Source: Binance spot API, "Error codes".</remarks>
internal sealed class VenueError(int status, int code, string message) : Exception(message)
{
    /// <summary>The HTTP status.</summary>
    public int Status { get; } = status;

    /// <summary>The venue's code, negative.</summary>
    public int Code { get; } = code;

    public static VenueError Missing(string name) =>
        new(400, -1102, $"Mandatory parameter '{name}' was not sent, was empty/null, or malformed.");

    public static VenueError Empty(string name) => new(400, -1105, $"Parameter '{name}' was empty.");

    public static VenueError Illegal(string name, string range) =>
        new(400, -1100, $"Illegal characters found in parameter '{name}'; legal range is '{range}'.");

    public static VenueError NotValid(string name) => new(400, -1130, $"Data sent for parameter '{name}' is not valid.");

    public static VenueError Unread(int read, int sent) =>
        new(400, -1104, $"Not all sent parameters were read; read '{read}' parameter(s) but was sent '{sent}'.");

    public static VenueError Combination() => new(400, -1128, "Combination of optional parameters invalid.");

    public static VenueError UnknownSymbol() => new(400, -1121, "Invalid symbol.");

    public static VenueError UnknownInterval() => new(400, -1120, "Invalid interval.");

    public static VenueError StatusMismatch() => new(400, -1220, "The symbol's status does not match the requested symbolStatus.");
}
