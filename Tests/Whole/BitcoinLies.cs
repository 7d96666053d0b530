using System.Text.Json.Nodes;
using TPWallet.Chains.Bitcoin;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Whole;

/// <summary>A Bitcoin node that lies about a regtest chain.</summary>
internal sealed class BitcoinLies : ILies
{
    private readonly Lock _gate = new();
    private Task? _begun;
    private string? _newest;
    private int _height;
    private BitcoinHeader? _own;

    public Address Own { get; set; }

    public string Onward(string request) => request;

    public async Task<string> TellAsync(NodeMood mood, string request, string answer, Func<string, Task<string>> ask)
    {
        if (mood is NodeMood.StandsStill or NodeMood.LyingBlocks or NodeMood.LighterBranch) await BegunAsync(mood, ask);
        var json = JsonNode.Parse(request)!.AsObject();
        return Lie(mood, json["method"]!.GetValue<string>(), json["params"]!.AsArray(), answer);
    }

    private Task BegunAsync(NodeMood mood, Func<string, Task<string>> ask)
    {
        lock (_gate) return _begun ??= BeginAsync(mood, ask);
    }

    /// <summary>What was newest stays so; or a header of its own on top of it, or in its place.</summary>
    private async Task BeginAsync(NodeMood mood, Func<string, Task<string>> ask)
    {
        _newest = (await ResultAsync(ask, "getbestblockhash")).GetValue<string>();
        _height = (await ResultAsync(ask, "getblockheader", _newest))["height"]!.GetValue<int>();
        if (mood == NodeMood.StandsStill) return;
        var newest = BitcoinHeader.Decode(Convert.FromHexString((await ResultAsync(ask, "getblockheader", _newest, false)).GetValue<string>())).Value;
        _own = mood == NodeMood.LyingBlocks
            ? new(0x20000000, newest.Hash(), BitcoinHash.Of([1]), newest.Time + 1, newest.Bits, 0)
            : newest with { MerkleRoot = BitcoinHash.Of([2]), Nonce = 0 };
        if (mood == NodeMood.LyingBlocks) _height++;
        while (HeaderChain.CheckWork(WorkRules.Regtest, _own) is null != (mood == NodeMood.LighterBranch)) _own = _own with { Nonce = _own.Nonce + 1 };
        _newest = $"{_own.Hash()}";
    }

    private string Lie(NodeMood mood, string method, JsonArray parameters, string answer) => (mood, method) switch
    {
        (NodeMood.OtherChain, "getblockhash") => Saying(answer, $"{BitcoinChain.Mainnet.GenesisHash}"),
        (NodeMood.StandsStill or NodeMood.LyingBlocks or NodeMood.LighterBranch, "getbestblockhash") => Saying(answer, _newest),
        (NodeMood.StandsStill or NodeMood.LyingBlocks or NodeMood.LighterBranch, "getblockhash") => At(parameters[0]!.GetValue<int>(), answer),
        (NodeMood.LyingBlocks or NodeMood.LighterBranch, "getblockheader") when parameters[0]!.GetValue<string>() == _newest =>
            Saying(answer, Convert.ToHexStringLower(_own!.Encode())),
        (NodeMood.Withholds, "getblock") => Changed(answer, static all => all.Length > 1 ? all[..^1] : all),
        (NodeMood.Invents, "getblock") => Changed(answer, all => [.. all, Invented(all[0])]),
        _ => answer,
    };

    private string At(int height, string answer)
    {
        if (height == _height) return Saying(answer, _newest);
        if (height < _height) return answer;
        var json = JsonNode.Parse(answer)!.AsObject();
        json.Remove("result");
        json["error"] = new JsonObject { ["code"] = -8, ["message"] = "Block height out of range" };
        return json.ToJsonString();
    }

    private BitcoinTransaction Invented(BitcoinTransaction coinbase) => new(
        2, new([new BitcoinInput(new(coinbase.Txid(), 0), BitcoinInput.ReplaceableSequence)]), new([new BitcoinOutput(77_000, OutputScript.Witness(0, Own.ToArray()))]), 0);

    private static string Changed(string answer, Func<BitcoinTransaction[], BitcoinTransaction[]> change)
    {
        var json = JsonNode.Parse(answer)!;
        if (json["result"] is not { } raw) return answer;
        var block = BitcoinBlock.Decode(Convert.FromHexString(raw.GetValue<string>())).Value;
        return Saying(answer, Convert.ToHexStringLower((block with { Transactions = new([.. change([.. block.Transactions])]) }).Encode()));
    }

    private static string Saying(string answer, string? result)
    {
        var json = JsonNode.Parse(answer)!.AsObject();
        json.Remove("error");
        json["result"] = result;
        return json.ToJsonString();
    }

    private static async Task<JsonNode> ResultAsync(Func<string, Task<string>> ask, string method, params JsonNode?[] parameters)
    {
        var request = new JsonObject { ["jsonrpc"] = "2.0", ["id"] = 1, ["method"] = method, ["params"] = new JsonArray(parameters) };
        return JsonNode.Parse(await ask(request.ToJsonString()))!["result"]!;
    }
}
