using System.CommandLine;

namespace MarketManager.Cli;

#pragma warning disable CA1010 // A command is enumerable only to take collection initialisers.

/// <summary>A command that goes on until it is asked to end, and ends in its own order and time: signals are its own affair.</summary>
public sealed class ServiceCommand(string name, string description) : Command(name, description);
