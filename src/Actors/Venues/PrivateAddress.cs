using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace MarketManager.Actors.Venues;

/// <summary>Tells hosts inside private networks from public ones, by what is written; no name is resolved.</summary>
/// <remarks>What cannot be read is private: a host that this and the client that connects might read differently must not
/// pass. A public name that resolves to a private address is not seen here. Sources: the IANA special-purpose address
/// registries (RFC 6890), RFC 6761 and 6762 for names, the clouds' documentation for their metadata services.</remarks>
public static class PrivateAddress
{
    // first address, prefix length
    private static readonly (uint Network, int Bits)[] Networks =
    [
        (V4(0, 0, 0, 0), 8),          // this host
        (V4(10, 0, 0, 0), 8),
        (V4(100, 64, 0, 0), 10),      // carriers; 100.100.100.200 is a metadata service
        (V4(127, 0, 0, 0), 8),
        (V4(168, 63, 129, 16), 32),   // Azure's host agent
        (V4(169, 254, 0, 0), 16),     // link-local; 169.254.169.254 is the usual metadata service
        (V4(172, 16, 0, 0), 12),
        (V4(192, 0, 0, 0), 24),       // protocol assignments; 192.0.0.192 is a metadata service
        (V4(192, 168, 0, 0), 16),
        (V4(198, 18, 0, 0), 15),      // benchmarks of networks
        (V4(224, 0, 0, 0), 4),        // multicast
        (V4(240, 0, 0, 0), 4),        // reserved, and broadcast
    ];

    private static readonly string[] PrivateSuffixes =
    [
        "localhost", "local", "localdomain", "internal", "intranet", "private", "lan", "home", "home.arpa", "corp", "svc",
    ];

    /// <summary>Whether a host is inside a private network, or not to be told.</summary>
    /// <param name="host">A name, an IPv4 address in any form that URLs allow ("127.1", "0x7f.1", "2130706433", "0177.0.0.1"),
    /// or an IPv6 address with or without brackets.</param>
    public static bool Covers(string host)
    {
        var name = host.EndsWith('.') ? host[..^1] : host;
        if (name.Contains(':', StringComparison.Ordinal))
        {
            return !IPAddress.TryParse(name.Trim('[', ']'), out var address) || CoversV6(address);
        }

        return EndsInNumber(name) ? !TryParseV4(name, out var v4) || CoversV4(v4) : CoversName(name);
    }

    private static bool CoversName(string name)
    {
        // A name without a dot is completed by the resolver's own search list.
        if (!name.Contains('.', StringComparison.Ordinal)
            || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_'))
        {
            return true;
        }

        return PrivateSuffixes.Any(suffix =>
            name.EndsWith(suffix, StringComparison.OrdinalIgnoreCase) && name[^(suffix.Length + 1)] == '.');
    }

    private static bool CoversV4(uint address) =>
        Networks.Any(n => (address ^ n.Network) >> (32 - n.Bits) == 0);

    private static bool CoversV6(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return true;
        }

        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        var high = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        var translated = high == 0x0064_FF9B_0000_0000 && !bytes[8..12].ContainsAnyExcept((byte)0);
        if (address.IsIPv4MappedToIPv6 || translated)
        {
            return CoversV4(BinaryPrimitives.ReadUInt32BigEndian(bytes[12..])); // ::ffff:a.b.c.d, NAT64's 64:ff9b::a.b.c.d
        }

        if (bytes[0] == 0x20 && bytes[1] == 0x02)
        {
            return CoversV4(BinaryPrimitives.ReadUInt32BigEndian(bytes[2..])); // 6to4
        }

        // Only 2000::/3 is public, and there not Teredo, which hides an address of any kind, nor what follows it (2001::/23).
        return bytes[0] >> 5 != 1 || (bytes[0] == 0x20 && bytes[1] == 0x01 && bytes[2] < 2);
    }

    // The URL standard: a host whose last label is a number is an IPv4 address, or not valid.
    private static bool EndsInNumber(string name)
    {
        var last = name[(name.LastIndexOf('.') + 1)..];
        return last.Length == 0 || last.All(char.IsAsciiDigit) || TryParsePart(last, out _);
    }

    private static bool TryParseV4(string text, out uint address)
    {
        address = 0;
        var parts = text.Split('.');
        if (parts.Length > 4)
        {
            return false;
        }

        for (var i = 0; i < parts.Length; i++)
        {
            // The last part fills all bytes that are left.
            var bits = i == parts.Length - 1 ? 8 * (5 - parts.Length) : 8;
            if (!TryParsePart(parts[i], out var part) || part >> bits != 0)
            {
                return false;
            }

            address = (uint)(((ulong)address << bits) | part);
        }

        return true;
    }

    private static bool TryParsePart(string text, out ulong part)
    {
        part = 0;
        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            return text.Length == 2
                || ulong.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out part);
        }

        if (text is not ['0', _, ..])
        {
            return ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out part);
        }

        foreach (var digit in text)
        {
            if (digit is < '0' or > '7' || part > uint.MaxValue)
            {
                return false;
            }

            part = (part * 8) + (ulong)(digit - '0');
        }

        return true;
    }

    private static uint V4(byte a, byte b, byte c, byte d) => ((uint)a << 24) | ((uint)b << 16) | ((uint)c << 8) | d;
}
