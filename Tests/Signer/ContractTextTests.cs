using System.Text.Json;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Signer;

/// <summary>One value has one text: nothing computed is written, since a reader would throw it away unchecked.</summary>
public sealed class ContractTextTests
{
    [Fact]
    public void Packet_Text_HoldsNoComputedKey()
    {
        var packet = new PacketContent(new(new(Bytes32.Zero), "pay"), 1, "ana", [], [], default, default);
        var text = JsonSerializer.Serialize(packet, ContractJson.Default.PacketContent);
        text.Should().StartWith($$"""{"ref":{"owner":"{{Bytes32.Zero}}","id":"pay"},"revision":1""");
    }

    [Fact]
    public void Rejection_Text_ReadsBack()
    {
        SignOutcome refused = new SignOutcome.Refused(new(RejectionCode.Frozen, "thawed", "frozen", ["because"]));
        var text = JsonSerializer.Serialize(refused, ContractJson.Default.SignOutcome);
        JsonSerializer.Serialize(JsonSerializer.Deserialize(text, ContractJson.Default.SignOutcome), ContractJson.Default.SignOutcome).Should().Be(text);
    }
}
