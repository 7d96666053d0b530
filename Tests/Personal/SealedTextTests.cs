using System.Security.Cryptography;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Journal;
using TPWallet.Grains.Personal;
using TPWallet.Tests.Journal;

namespace TPWallet.Tests.Personal;

/// <summary>Sealing, opening and destroying, over the model store.</summary>
public sealed class SealedTextTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly AccountId _account = new(new Bytes32(1));
    private static readonly AccountId _other = new(new Bytes32(2));

    private readonly MemoryStore _store = new() { IsShared = true };

    [Theory]
    [InlineData("x, y")]
    [InlineData("moved to Žižkov, call +420 601")]
    [InlineData("sealed:bm90IHNlYWxlZA")]
    public async Task Text_Sealed_OpensForItsAccountAlone(string text)
    {
        var texts = Texts();
        var one = await texts.SealAsync(_account, text, None);
        SealedText.IsSealed(one).Should().BeTrue();
        one.Should().NotContain(text);
        (await texts.SealAsync(_account, text, None)).Should().Be(one, "a repeated command is the same command");
        (await texts.OpenAsync(_account, $"because: {one}.", None)).Should().Be($"because: {text}.");
        (await texts.OpenAsync(_other, one, None)).Should().Be(SealedText.Erased, "there is no such key there");
        (await texts.SealAsync(_other, text, None)).Should().NotBe(one);
    }

    [Fact]
    public async Task Text_AfterErasure_IsErasedAndWhatComesLaterIsNot()
    {
        var texts = Texts();
        var (old, kept) = (await texts.SealAsync(_account, "ana's phone", None), await texts.SealAsync(_other, "ben's", None));
        await texts.EraseAsync(_account, None);
        (await texts.OpenAsync(_account, $"{old} and {old}", None)).Should().Be($"{SealedText.Erased} and {SealedText.Erased}");
        (await texts.OpenAsync(_other, kept, None)).Should().Be("ben's");
        var later = await texts.SealAsync(_account, "ana's phone", None);
        later.Should().NotBe(old, "under another key, or a guess could be compared");
        (await texts.OpenAsync(_account, later, None)).Should().Be("ana's phone");
    }

    [Fact]
    public async Task Text_Altered_DoesNotOpen()
    {
        var texts = Texts();
        var text = await texts.SealAsync(_account, "ana's phone", None);
        var altered = text[..^1] + (text[^1] == 'A' ? 'B' : 'A');
        (await texts.OpenAsync(_account, altered, None)).Should().NotContain("ana");
        (await texts.OpenAsync(_account, "sealed:short", None)).Should().Be("sealed:short", "that is no sealed text");
    }

    [Fact]
    public async Task MasterKey_Another_OpensNothingAndStopsTheStart()
    {
        var text = await Texts().SealAsync(_account, "ana's phone", None);
        await Texts().CheckAsync(None);
        var others = Texts(9);
        (await others.OpenAsync(_account, text, None)).Should().Contain("another master key");
        await others.Invoking(one => one.CheckAsync(None)).Should().ThrowAsync<CryptographicException>();
    }

    [Fact]
    public void Command_WithAText_SaysHowLongItMayBe()
    {
        IPersonalCommand cancel = new Grains.Interfaces.Packets.PacketCommand.Cancel(Guid.NewGuid(), new string('x', SealedText.MaxPlain));
        cancel.CheckPersonal().Should().BeNull();
        ((IPersonalCommand)cancel.WithPersonal(new string('x', SealedText.MaxPlain + 1))).CheckPersonal()!.Code.Should().Be(RejectionCode.TooLarge);
        IPersonalCommand stop = new AccountCommand.StopByOperator(Guid.NewGuid(), "ops", "");
        stop.CheckPersonal()!.Code.Should().Be(RejectionCode.Malformed);
    }

    private PersonalTexts Texts(byte master = 1) => new(new MemoryJournal(_store, new JournalSeal(new byte[32]), TimeProvider.System), new MasterKey(Enumerable.Repeat(master, MasterKey.Size).ToArray()), RandomNumberGenerator.GetBytes);
}
