using MarketManager.Cli.Tests.Fakes;

namespace MarketManager.Cli.Tests.Cluster;

/// <summary>A cluster in the form of the wire contract.</summary>
internal static class CannedCluster
{
    public const string Status = """
        {"id":"0199a000-0000-7000-8000-000000000009","level":1,"node":"n1","state":"up","store":"postgresql 15.6","nodes":3,"shards":{"owned":118,"free":2,"moving":1}}
        """;

    public const string Actor = """
        {"exchange":1,"state":"handling","path":"/exchanges/exchange-1","node":"n3","address":"http://10.0.0.3:8080","role":"gather","shard":65,"epoch":3,
         "sequence":1412,"mailbox":2,"restarts":1,"broken":null,
         "last_error":{"kind":"FormatException","message":"not a number","at":"2026-11-20T11:55:00.000Z"},
         "messages":[{"type":"RunMessage.RunNow","at":"2026-11-20T11:59:48.000Z","age_seconds":12.3},{"type":"RunMessage.StartDue","at":"2026-11-20T11:59:00.000Z","age_seconds":60}],
         "children":[{"path":"/exchanges/exchange-1/run-7","state":"idle","mailbox":0,"restarts":2,"last_error":{"kind":"TimeoutException","message":"no answer","at":"2026-11-20T11:59:00.000Z"}}]}
        """;

    public static readonly string Nodes = Canned.List(
        Node("n1", "up", 60, actors: 12, lease: "1.5", since: "11:55:00"),
        Node("n2", "drained", 0, actors: 2, lease: "0", since: "11:58:00"),
        Node("n3", "unreachable", 58, since: "11:59:00"));

    public static readonly string Shards = Canned.List(
        Shard("gather", 0, "n1", 3, actors: 7), Shard("gather", 1, null, 4, "n3"), Shard("gather", 2, "n3", 1));

    public static string Node(
        string name, string state, int shards, int? actors = null, string lease = "null", string since = "11:00:00", int life = 1) => $$"""
        {"name":"{{name}}","id":"{{name}}-{{life}}","address":"http://10.0.0.{{name[^1]}}:8080","roles":["api","gather","trade","store"],"state":"{{state}}",
         "since":"2026-11-20T{{since}}.000Z","shards":{{shards}},"actors":{{actors?.ToString() ?? "null"}},"lease_seconds":{{lease}} }
        """;

    public static string Shard(string role, int number, string? owner, long epoch, string? wanted = null, int? actors = null) => $$"""
        {"role":"{{role}}","shard":{{number}},"state":"{{(owner is null ? "moving" : "owned")}}","owner":{{Text(owner)}},"epoch":{{epoch}},"wanted":{{Text(wanted)}},"actors":{{actors?.ToString() ?? "null"}} }
        """;

    public static string NoActor(string state, string broken) => $$"""
        {"exchange":1,"state":"{{state}}","path":null,"node":null,"address":null,"role":"gather","shard":65,"epoch":3,"sequence":null,"mailbox":null,
         "restarts":null,"broken":{{broken}},"last_error":null,"messages":[],"children":[]}
        """;

    private static string Text(string? text) => text is null ? "null" : $"\"{text}\"";
}
