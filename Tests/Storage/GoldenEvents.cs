using System.Globalization;

namespace TPWallet.Tests.Storage;

/// <summary>A stored event of an earlier build.</summary>
/// <param name="Schema">Version of the payload's shape.</param>
/// <param name="Type">Stored name of the event.</param>
/// <param name="Payload">Its bytes.</param>
public sealed record GoldenEvent(int Schema, string Type, byte[] Payload);

/// <summary>
/// Events as builds have stored them, one file each: <c>Tests/Storage/Golden/&lt;machine&gt;/&lt;schema&gt;-&lt;Event&gt;[+&lt;field&gt;].json</c>,
/// the field being one that came later. Append only: a file is never
/// changed or removed, since rows like it lie in users' journals. A machine's owner adds a file with each new event or schema, and reads them all
/// through <see cref="All"/> in a test.
/// </summary>
public static class GoldenEvents
{
    private const string Folder = "Tests/Storage/Golden/";

    /// <summary>Every golden event, in ordinal order of the file names.</summary>
    /// <exception cref="FormatException">A file's name is not <c>&lt;schema&gt;-&lt;Event&gt;.json</c>.</exception>
    public static IReadOnlyList<GoldenEvent> All { get; } =
        [.. Repository.Files.Where(file => file.StartsWith(Folder, StringComparison.Ordinal)
            && file.EndsWith(".json", StringComparison.Ordinal)).Select(Load)];

    /// <summary>
    /// Asserts that every golden event whose type the codec knows is read without loss: reading and writing it again gives its bytes, or, for an
    /// older schema, an event of the newest one. Types that no codec claims fail in <see cref="Unclaimed"/>.
    /// </summary>
    /// <param name="knows">Whether the machine's codec owns this type.</param>
    /// <param name="roundTrip">Reads a stored event, upcasting it, and writes it: schema and bytes.</param>
    public static void ShouldLoad(Func<string, bool> knows, Func<GoldenEvent, (int Schema, byte[] Payload)> roundTrip)
    {
        var mine = All.Where(golden => knows(golden.Type)).ToArray();
        mine.Should().NotBeEmpty("a machine without golden events has no promise to keep");
        foreach (var golden in mine)
        {
            var (schema, payload) = roundTrip(golden);
            schema.Should().BeGreaterThanOrEqualTo(golden.Schema, golden.Type);
            if (schema == golden.Schema) payload.Should().Equal(golden.Payload, "{0}-{1} is stored like that", golden.Schema, golden.Type);
        }
    }

    /// <summary>Golden events that none of these codecs owns: an event type was renamed or dropped.</summary>
    public static IEnumerable<GoldenEvent> Unclaimed(params Func<string, bool>[] codecs) =>
        All.Where(golden => !codecs.Any(knows => knows(golden.Type)));

    internal static GoldenEvent Load(string file)
    {
        var name = Path.GetFileNameWithoutExtension(file);
        var dash = name.IndexOf('-', StringComparison.Ordinal);
        if (dash < 1 || !int.TryParse(name.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out var schema))
            throw new FormatException($"{file} is not named <schema>-<Event>.json.");
        // A text editor's last newline is no part of the stored bytes.
        var bytes = File.ReadAllBytes(Path.Combine(Repository.Root, file));
        return new GoldenEvent(schema, name[(dash + 1)..].Split('+')[0], bytes is [.., (byte)'\n'] ? bytes[..^1] : bytes);
    }
}
