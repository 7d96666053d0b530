using System.Text.Json.Serialization;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Channels;

/// <summary>What whoever looks for ways is told of a side.</summary>
/// <param name="Number">Counts what was told.</param>
/// <param name="IsOpen">It takes and makes locks.</param>
/// <param name="Capacity">What both have in it, by a state that both signed.</param>
public sealed record SideNews(long Number, bool IsOpen, UInt256 Capacity)
{
    /// <summary>How often it became another thing, or was taken back, since: of each others may have heard, whatever this side knows of it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Turns { get; init; }

    /// <summary>Other operators are told of it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsPublic { get; init; }
}
