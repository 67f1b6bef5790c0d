using System.Runtime.CompilerServices;

namespace MarketManager.Api.Requests;

/// <summary>An enumeration's names as the wire has them: lower case.</summary>
/// <typeparam name="T">An enumeration of <see cref="int"/> whose values count from 0.</typeparam>
internal static class Names<T>
    where T : struct, Enum
{
    /// <summary>All names, in order of value.</summary>
    public static readonly IReadOnlyList<string> All = [.. Enum.GetNames<T>().Select(name => name.ToLowerInvariant())];

    /// <summary>The name of a value.</summary>
    public static string Of(T value) => All[Unsafe.As<T, int>(ref value)];
}
