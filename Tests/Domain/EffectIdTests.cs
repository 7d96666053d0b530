using System.Security.Cryptography;
using System.Text;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain;

/// <summary>Ids of effects are kept in journals: the hash is of one text, whatever way that text is made.</summary>
public sealed class EffectIdTests
{
    [Theory]
    [InlineData(8)]
    [InlineData(5_000)]
    public void Of_ShortAndLongIntents_IsTheHashOfTheText(int length)
    {
        var intent = new string('é', length);

        EffectId.Of("lane", "key", intent).Should().Be(Hash($"tpw.effect.v1\0lane\0key\0{intent}"));
        EffectId.ResultOf("lane", "key", intent).Should().Be(Hash($"tpw.effect.v1\0lane\0key\0{intent}\0result"));
    }

    [Fact]
    public void Of_Account_IsThatOfItsText()
    {
        var account = new AccountId(Bytes32.From(SHA256.HashData("account"u8)));

        EffectId.Of("account", account, "x").Should().Be(EffectId.Of("account", account.ToString(), "x"));
        EffectId.ResultOf("account", account, "x").Should().Be(EffectId.ResultOf("account", account.ToString(), "x"));
    }

    private static Guid Hash(string text) => new(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16), bigEndian: true);
}
