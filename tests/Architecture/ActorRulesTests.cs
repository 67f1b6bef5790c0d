using Xunit;

namespace MarketManager.Architecture.Tests;

/// <summary>What an actor must not do; see docs/architecture.md.</summary>
public class ActorRulesTests
{
    [Theory]
    [InlineData("Task.Run(")]
    [InlineData("Task.Delay(")]
    [InlineData("ConfigureAwait(false)")]
    public void Actors_never_leave_their_turn(string call)
    {
        var found =
            from file in Repository.Sources("src/Actors")
            where File.ReadAllText(file).Contains(call, StringComparison.Ordinal)
            select file;
        Assert.Empty(found);
    }

    [Fact]
    public void Decisions_and_states_are_pure()
    {
        string[] impure = ["ILogger", "TimeProvider", "World", "IJournal", "async ", "HttpClient"];
        var found =
            from file in Repository.Sources("src/Actors")
            let name = Path.GetFileName(file)
            where name.EndsWith("Decisions.cs", StringComparison.Ordinal) || name.EndsWith("State.cs", StringComparison.Ordinal) || name.EndsWith("Event.cs", StringComparison.Ordinal) || name is "RunLife.cs" or "MarketTotals.cs"
            from word in impure
            where File.ReadAllText(file).Contains(word, StringComparison.Ordinal)
            select $"{name} uses {word}";
        Assert.Empty(found);
    }
}
