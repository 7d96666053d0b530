using System.Text.Json.Nodes;
using TPWallet.Chains;
using TPWallet.Chains.Ethereum;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests;

/// <summary>What anvil lacks of a chain of the OP stack: its oracle's answers, and deposits of its parent chain.</summary>
internal static class OpChain
{
    /// <summary>In the order in which they came, as deposits come first.</summary>
    public static readonly string[] Options = ["--no-mining", "--network", "optimism", "--order", "fifo"];

    private static readonly Address _depositor = Address.Parse("0xdeaddeaddeaddeaddeaddeaddeaddeaddead0001");
    private static readonly Address _attributes = Address.Parse("0x4200000000000000000000000000000000000015");

    /// <summary>Has the chain report these fees of any transaction, in wei.</summary>
    /// <param name="ofOperator">Null: the oracle does not know the question and reverts.</param>
    public static Task ReportAsync(Anvil anvil, ulong data, ulong? ofOperator = null)
    {
        // The selector; where it is one of two it goes to that answer, and otherwise it reverts.
        var known = Hex.Encode(DataFeeOracle.AskOperator(0).Span[..4])[2..];
        var asked = ofOperator is null ? "ffffffff" : known;
        var code = $"0x5f3560e01c806349948e0e14601b5763{asked}14602b575f5ffd{Answer(data)}{Answer(ofOperator ?? 0)}";
        return anvil.CallAsync("anvil_setCode", DataFeeOracle.At.Value, code);
    }

    /// <summary>A transaction of the parent chain; with the same number it is the same.</summary>
    public static Task DepositAsync(Anvil anvil, byte number, Address from, Address to, UInt256 mint, UInt256 value, HexBytes data = default) => anvil.CallAsync(
        "eth_sendTransaction",
        new JsonObject
        {
            ["type"] = "0x7e",
            ["sourceHash"] = new Bytes32(number).ToString(),
            ["from"] = from.Value,
            ["to"] = to.Value,
            ["mint"] = Quantity(mint),
            ["value"] = Quantity(value),
            ["gas"] = "0x30d40",
            ["isSystemTx"] = false,
            ["input"] = Hex.Encode(data.Span),
        });

    /// <summary>The transaction that a block of such a chain begins with, since Isthmus or Jovian.</summary>
    public static Task TellAttributesAsync(Anvil anvil, byte number, HexBytes attributes) =>
        DepositAsync(anvil, number, _depositor, _attributes, UInt256.Zero, UInt256.Zero, attributes);

    /// <summary>Its data: fields one behind the other, of which only the operator's are other than zero.</summary>
    public static HexBytes Attributes(uint scalar, ulong constant, bool isJovian)
    {
        var data = new byte[isJovian ? 178 : 176];
        Convert.FromHexString(isJovian ? "3db6be2b" : "098999be").CopyTo(data, 0);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(data.AsSpan(164), scalar);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(data.AsSpan(168), constant);
        return data;
    }

    /// <summary>As JSON-RPC writes numbers.</summary>
    public static string Quantity(UInt256 value) => value.IsZero ? "0x0" : "0x" + ((System.Numerics.BigInteger)value).ToString("x", System.Globalization.CultureInfo.InvariantCulture).TrimStart('0');

    private static string Answer(ulong wei) => $"5b67{wei:x16}5f5260205ff3";
}
