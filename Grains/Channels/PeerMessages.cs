using System.Security.Cryptography;
using System.Text.Json;
using TPWallet.Domain.Channels;
using TPWallet.Domain.CoinChannels;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.CoinChannels;
using TPWallet.Grains.Interfaces.Towers;

namespace TPWallet.Grains.Channels;

/// <summary>What both ways to the other side of a channel share, and the way in.</summary>
public static class PeerMessages
{
    /// <summary>
    /// The id of the command that a message is: of its bytes, so that the same message is taken once, and another one under the same number is looked at, since it
    /// proves that its sender has lost state.
    /// </summary>
    public static Guid IdOf(ChannelRef to, ChannelMessage message) =>
        IdOf("tpw.channel.hear.v1\0"u8, $"{to}\0", JsonSerializer.SerializeToUtf8Bytes(message, ChannelJson.Default.ChannelMessage));

    /// <inheritdoc cref="IdOf(ChannelRef, ChannelMessage)"/>
    public static Guid IdOf(CoinChannelRef to, CoinMessage message) =>
        IdOf("tpw.coin-channel.hear.v1\0"u8, $"{to}\0", JsonSerializer.SerializeToUtf8Bytes(message, CoinJson.Default.CoinMessage));

    /// <summary>The id of what is handed to a tower: of its bytes.</summary>
    public static Guid IdOf(TowerRef side, TowerHandOver over) => IdOf("tpw.tower.keep.v1\0"u8, $"{side}\0", JsonSerializer.SerializeToUtf8Bytes(over, ContractJson.Default.TowerHandOver));

    private static Guid IdOf(ReadOnlySpan<byte> tag, string to, byte[] message)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(tag);
        hash.AppendData(System.Text.Encoding.UTF8.GetBytes(to));
        hash.AppendData(message);
        return new Guid(hash.GetHashAndReset().AsSpan(0, 16), bigEndian: true);
    }
}
