namespace MarketManager.Actors.Text;

/// <summary>Finds what a person probably meant.</summary>
public static class Nearest
{
    /// <summary>The candidate with the fewest edits to the word; null where none is near (more than a third of it edited).</summary>
    public static string? To(string word, IEnumerable<string> candidates)
    {
        var best = (Candidate: (string?)null, Edits: Math.Max(1, word.Length / 3) + 1);
        foreach (var candidate in candidates)
        {
            if (Math.Abs(candidate.Length - word.Length) < best.Edits
                && Edits(word, candidate) is var edits && edits < best.Edits)
            {
                best = (candidate, edits);
            }
        }

        return best.Candidate;
    }

    /// <summary>"; did you mean 'x'?", or nothing where no candidate is near.</summary>
    public static string Hint(string word, IEnumerable<string> candidates) =>
        To(word, candidates) is { } nearest ? $"; did you mean '{nearest}'?" : string.Empty;

    /// <summary>"; did you mean 'x'?", or all candidates where none is near.</summary>
    /// <param name="word">What was given.</param>
    /// <param name="candidates">What there is; few enough to be told.</param>
    /// <param name="none">What is said where there is none, such as "; this route has none".</param>
    public static string HintOrAll(string word, IReadOnlyCollection<string> candidates, string none) =>
        Hint(word, candidates) is { Length: > 0 } hint ? hint
        : candidates.Count > 0 ? $"; there are {string.Join(", ", candidates)}"
        : none;

    // Insertions, deletions, replacements and swaps of neighbours, without regard to case.
    private static int Edits(string a, string b)
    {
        int[] before = new int[b.Length + 1], last = new int[b.Length + 1], current = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++)
        {
            last[j] = j;
        }

        for (var i = 1; i <= a.Length; i++)
        {
            current[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var same = Same(a[i - 1], b[j - 1]);
                current[j] = Math.Min(Math.Min(current[j - 1], last[j]) + 1, last[j - 1] + (same ? 0 : 1));
                if (i > 1 && j > 1 && Same(a[i - 1], b[j - 2]) && Same(a[i - 2], b[j - 1]))
                {
                    current[j] = Math.Min(current[j], before[j - 2] + 1);
                }
            }

            (before, last, current) = (last, current, before);
        }

        return last[b.Length];

        static bool Same(char x, char y) => char.ToLowerInvariant(x) == char.ToLowerInvariant(y);
    }
}
