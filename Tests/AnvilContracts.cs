using System.Text.Json;
using TPWallet.Chains.Ethereum;
using TPWallet.Chains.Nodes;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests;

/// <summary>Contracts on anvil: account 1 deploys and calls them, and what it sends is mined at once.</summary>
internal static class AnvilContracts
{
    /// <summary>Deploys an artefact of Contracts, with its constructor's arguments.</summary>
    public static Task<Address> DeployAsync(this Anvil anvil, string artefact, params ReadOnlySpan<byte> arguments)
    {
        using var json = JsonDocument.Parse(Repository.Read(artefact));
        return anvil.DeployAsync((byte[])[.. HexBytes.Parse(json.RootElement.GetProperty("bytecode").GetString()!).Span, .. arguments]);
    }

    public static async Task<Address> DeployAsync(this Anvil anvil, HexBytes code) => (await SendAsync(anvil, null, code)).ContractAddress!.Value;

    /// <summary>A call that has to succeed.</summary>
    public static async Task CallAsync(this Anvil anvil, Address to, HexBytes data) => (await SendAsync(anvil, to, data)).Succeeded.Should().BeTrue();

    /// <summary>A word of the ABI.</summary>
    public static byte[] Word(UInt256 value)
    {
        var bytes = new byte[UInt256.Size];
        value.ToBigEndian(bytes);
        return bytes;
    }

    /// <inheritdoc cref="Word(UInt256)"/>
    public static byte[] Word(Address value) => [.. new byte[12], .. value.ToArray()];

    private static async Task<Receipt> SendAsync(Anvil anvil, Address? to, HexBytes data)
    {
        using var key = Anvil.Key(1);
        var node = anvil.Node();
        var nonce = await node.TransactionCountAsync(Anvil.AddressOf(1), BlockSelector.Latest, CancellationToken.None);
        var signed = new EthereumTransaction.DynamicFee(anvil.ChainId, nonce.Value, 1_000_000_000, 100_000_000_000, 8_000_000, to, UInt256.Zero, data, []).Sign(key);
        await node.SendAsync(signed, CancellationToken.None);
        await anvil.MineAsync();
        return (await node.ReceiptAsync(signed.Hash(), CancellationToken.None)).Value!;
    }
}
