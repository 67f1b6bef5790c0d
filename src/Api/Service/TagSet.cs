using System.Globalization;

namespace MarketManager.Api.Service;

/// <summary>The tags of one series; found by the tags of a measurement without allocating anything.</summary>
internal sealed class TagSet
{
    private readonly KeyValuePair<string, object?>[] _tags;

    private TagSet(KeyValuePair<string, object?>[] tags) => _tags = tags;

    /// <summary>Compares tags in the order in which they are given.</summary>
    public static IEqualityComparer<TagSet> Comparer { get; } = new ByTags();

    /// <summary>Names and values as text.</summary>
    public IEnumerable<(string Name, string Value)> Labels =>
        _tags.Select(tag => (MetricName.Label(tag.Key), Convert.ToString(tag.Value, CultureInfo.InvariantCulture) ?? ""));

    /// <summary>Keeps tags.</summary>
    public static TagSet Of(ReadOnlySpan<KeyValuePair<string, object?>> tags) => new(tags.ToArray());

    private sealed class ByTags
        : IEqualityComparer<TagSet>, IAlternateEqualityComparer<ReadOnlySpan<KeyValuePair<string, object?>>, TagSet>
    {
        public bool Equals(TagSet? x, TagSet? y) =>
            ReferenceEquals(x, y) || (x is not null && y is not null && Equals(x._tags, y));

        public bool Equals(ReadOnlySpan<KeyValuePair<string, object?>> alternate, TagSet other)
        {
            if (alternate.Length != other._tags.Length)
            {
                return false;
            }

            for (var i = 0; i < alternate.Length; i++)
            {
                if (alternate[i].Key != other._tags[i].Key || !Equals(alternate[i].Value, other._tags[i].Value))
                {
                    return false;
                }
            }

            return true;
        }

        public int GetHashCode(TagSet obj) => GetHashCode(obj._tags);

        public int GetHashCode(ReadOnlySpan<KeyValuePair<string, object?>> alternate)
        {
            var hash = default(HashCode);
            foreach (var (name, value) in alternate)
            {
                hash.Add(name);
                hash.Add(value);
            }

            return hash.ToHashCode();
        }

        public TagSet Create(ReadOnlySpan<KeyValuePair<string, object?>> alternate) => Of(alternate);
    }
}
