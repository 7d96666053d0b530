using System.Text.Json.Nodes;
using TPWallet.Chains.Ethereum.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Whole;

/// <summary>A node that says of each channel, at the newest block alone, that it is being closed by a state that nothing is newer than.</summary>
internal sealed class NewestLies : ILies
{
    private const int Nonce = 5;
    private const int ClosesAt = 6;

    private static readonly string _selector = ChannelCalls.Records(Bytes32.Zero).ToString()[..10];
    private int _told;

    public int Told => _told;

    public Address Own { get; set; }

    public string Onward(string request) => request;

    public Task<string> TellAsync(NodeMood mood, string request, string answer, Func<string, Task<string>> ask)
    {
        var json = JsonNode.Parse(answer)!.AsObject();
        if (!request.Contains("\"latest\"", StringComparison.Ordinal) || !request.Contains(_selector, StringComparison.Ordinal) || json["result"]?.GetValue<string>() is not { Length: > 2 } words)
            return Task.FromResult(answer);
        Interlocked.Increment(ref _told);
        json["result"] = Put(Put(words, Nonce, ulong.MaxValue - 1), ClosesAt, uint.MaxValue);
        return Task.FromResult(json.ToJsonString());
    }

    private static string Put(string words, int at, ulong value) => $"{words[..(2 + (64 * at))]}{value:x64}{words[(2 + (64 * (at + 1)))..]}";
}
