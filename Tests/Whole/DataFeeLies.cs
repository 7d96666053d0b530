using System.Text.Json.Nodes;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Whole;

/// <summary>A node of a chain that charges for data beside the gas: each receipt names what it charged, truly or not.</summary>
internal sealed class DataFeeLies : ILies
{
    /// <summary>What it names; null for a node that names none.</summary>
    public UInt256? Wei { get; set; }

    public Address Own { get; set; }

    public string Onward(string request) => request;

    public Task<string> TellAsync(NodeMood mood, string request, string answer, Func<string, Task<string>> ask) =>
        Task.FromResult(Wei is { } wei && JsonNode.Parse(request)!["method"]!.GetValue<string>() is "eth_getBlockReceipts" or "eth_getTransactionReceipt" ? With(wei, answer) : answer);

    private static string With(UInt256 wei, string answer)
    {
        var json = JsonNode.Parse(answer)!.AsObject();
        var receipts = json["result"] switch { JsonArray all => all, JsonObject one => [one.DeepClone()], _ => [] };
        foreach (var receipt in receipts) receipt!["l1Fee"] = $"0x{(ulong)wei:x}";
        if (json["result"] is JsonObject) json["result"] = receipts[0]!.DeepClone();
        return json.ToJsonString();
    }
}
