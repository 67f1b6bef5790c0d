using System.Text.Json;

namespace MarketManager.Cli.Apply;

/// <summary>An exchange as a file wants it.</summary>
/// <param name="Name">Which, or what a new one is to be called.</param>
/// <param name="Fields">The fields that the file names; those that it leaves out stay as they are, null restores the default.</param>
internal sealed record DesiredExchange(string Name, IReadOnlyDictionary<string, JsonElement> Fields);
