using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TPWallet.Tests.Fuzzing;

/// <summary>
/// Mutations that leave JSON as JSON: a decoder's checks of members, types and values are behind the parser, which most altered bytes do not pass.
/// </summary>
internal static class JsonMutation
{
    private const int MaxMutations = 3;

    /// <summary>Stands for half a surrogate pair, which JSON can write and .NET can not hold, until the text is made.</summary>
    private const string HalfPair = "half-pair";

    /// <summary>What fields of every type are tried with: borders, other types, texts that .NET treats in its own way.</summary>
    private static readonly string[] Telling =
    [
        "null", "true", "false", "0", "-1", "1.5", "1e400", "9223372036854775808", "253402300799999", "\"\"", "\"0x\"", "\"0x0\"", "\"0x1\"", "\"0x01\"", "\"0xg\"",
        "\"0X1\"", "\"1\"", "\"01\"", "\"-1\"", "\"+1\"", "\" 1\"", "\"Approve\"", "\"approve\"", $"\"{HalfPair}\"", "\"\\u0000\"", "\"A\"", "\"a/b\"", "[]", "{}",
        "[null]", "[[]]", "\"eip155:1\"", "\"eip155:0\"", "\"eip155:01\"", "\"eip155:99999999999999999999\"", "\"ab:1\"", "\"e_p:1\"", "\"eip155:\\u00e9\"",
        "\"eip155:1/slip44:60\"", "\"eip155:1/slip44:x\"", "\"eip155:1/erc20:0x12\"", "\"eip155:1/erc721:0x12/1\"", "\"eip155:1/other:1\"", "\"eip155:1\"",
        "\"eip155:1/erc20:0x0123456789012345678901234567890123456789\"", "\"eip155:1/erc721:0x0123456789012345678901234567890123456789/42\"",
        "\"eip155:1/erc1155:0x0123456789012345678901234567890123456789/4x\"", "\"eip155:1/erc1155:0x0123456789012345678901234567890123456789\"",
        "\"115792089237316195423570985008687907853269984665640564039457584007913129639935\"",
        "\"115792089237316195423570985008687907853269984665640564039457584007913129639936\"",
        "\"0x10000000000000000\"", "\"0x10000000000000000000000000000000000000000000000000000000000000000\"", "\"0xFf\"", "0.0", "[1,2]", "1", "2", "4", "5", "255",
    ];

    private static readonly JsonDocumentOptions Options = new() { AllowDuplicateProperties = true, MaxDepth = 64 };

    /// <summary>One to three changes of the input; an input that is no JSON comes back as it is.</summary>
    public static byte[] Apply(Random random, byte[] input, byte[] donor)
    {
        try
        {
            var box = new JsonArray(JsonNode.Parse(input, documentOptions: Options));
            var other = new JsonArray(JsonNode.Parse(donor, documentOptions: Options));
            for (var count = 1 + random.Next(MaxMutations); count > 0; count--) Mutate(random, box, other);
            var text = box[0]?.ToJsonString() ?? "null";
            return Encoding.UTF8.GetBytes(text.Replace(HalfPair, "\\ud800", StringComparison.Ordinal));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or ArgumentException)
        {
            // InvalidOperationException, ArgumentException: a member's name with half a surrogate pair, or twice, of which JsonNode makes nothing.
            return input;
        }
    }

    private static void Mutate(Random random, JsonArray box, JsonArray donor)
    {
        var places = Places(box);
        var (parent, name, index) = places[random.Next(places.Count)];
        switch (random.Next(8))
        {
            case 0 when parent is JsonObject holder:
                holder.Remove(name!);
                break;
            case 0 when parent is JsonArray list && parent != box:
                list.RemoveAt(index);
                break;
            case 1 when parent is JsonObject holder:
                holder[Telling[random.Next(Telling.Length)]] = Some(random, donor);
                break;
            case 1 when parent is JsonArray list && parent != box:
                list.Add(Some(random, donor));
                break;
            case 2:
                Put(parent, name, index, Some(random, donor));
                break;
            case 3 when Of(parent, name, index) is JsonValue value && value.GetValueKind() == JsonValueKind.String:
                Put(parent, name, index, Altered(random, value.GetValue<string>()));
                break;
            case 4 or 5 or 6 when name is not null && Namesake(random, name, donor) is { } namesake:
                parent[name] = namesake;
                break;
            default:
                Put(parent, name, index, JsonNode.Parse(Telling[random.Next(Telling.Length)]));
                break;
        }
    }

    private static string Altered(Random random, string text)
    {
        var at = random.Next(text.Length + 1);
        return random.Next(4) switch
        {
            0 => text[..at],
            1 => text.Insert(at, "0"),
            2 when at < text.Length => text.Remove(at, 1),
            _ => at < text.Length ? string.Concat(text.AsSpan(0, at), "0aZ"[random.Next(3)].ToString(), text.AsSpan(at + 1)) : text + "f",
        };
    }

    private static JsonNode? Some(Random random, JsonArray donor)
    {
        var places = Places(donor);
        var (parent, name, index) = places[random.Next(places.Count)];
        return Of(parent, name, index)?.DeepClone();
    }

    /// <summary>A member of the same name in another input: of the right type, and not what belongs here.</summary>
    private static JsonNode? Namesake(Random random, string name, JsonArray donor)
    {
        var same = Places(donor).Where(place => place.Name == name).ToArray();
        if (same.Length == 0) return null;
        var (parent, _, index) = same[random.Next(same.Length)];
        return Of(parent, name, index)?.DeepClone();
    }

    private static JsonNode? Of(JsonNode parent, string? name, int index) => name is null ? parent[index] : parent[name];

    private static void Put(JsonNode parent, string? name, int index, JsonNode? value)
    {
        if (name is null) parent[index] = value;
        else parent[name] = value;
    }

    /// <summary>Every place that holds a value, the outermost included.</summary>
    private static List<(JsonNode Parent, string? Name, int Index)> Places(JsonNode root)
    {
        var places = new List<(JsonNode, string?, int)>();
        Collect(root, places);
        return places;
    }

    private static void Collect(JsonNode? node, List<(JsonNode Parent, string? Name, int Index)> places)
    {
        if (node is JsonObject holder)
        {
            foreach (var (name, value) in holder)
            {
                places.Add((holder, name, 0));
                Collect(value, places);
            }
        }
        else if (node is JsonArray list)
        {
            for (var i = 0; i < list.Count; i++)
            {
                places.Add((list, null, i));
                Collect(list[i], places);
            }
        }
    }
}
