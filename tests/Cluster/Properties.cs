using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Core;

namespace MarketManager.Cluster.Tests;

/// <summary>Checks properties from a fixed seed; a failure prints the seed of its last step, which replays it alone.</summary>
internal static class Properties
{
    private static readonly Config Fixed = Config.QuickThrowOnFailure
        .WithMaxTest(60)
        .WithReplay(FSharpOption<Replay>.Some(new(new(20_261_120UL, 1_000_003UL), FSharpOption<int>.None)));

    public static void Hold<T>(Gen<T> cases, Func<T, bool> property) =>
        Check.One(Fixed, Prop.ForAll(cases.ToArbitrary(), property));
}
