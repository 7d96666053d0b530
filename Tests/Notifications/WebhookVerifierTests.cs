using System.Text;
using TPWallet.Client;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Notifications;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Runtime;

namespace TPWallet.Tests.Notifications;

/// <summary>Signatures as the Standard Webhooks specification has them; the vector is the one that its reference libraries print.</summary>
public sealed class WebhookVerifierTests
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private const string Id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    private const string Signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    private const string Timestamp = "1614265330";

    private static readonly byte[] _body = Encoding.UTF8.GetBytes("""{"test": 2432232314}""");

    private readonly ManualTime _time = new();
    private readonly WebhookVerifier _verifier;

    public WebhookVerifierTests()
    {
        _verifier = new([Secret], new Shifted(_time, DateTimeOffset.FromUnixTimeSeconds(1614265330) - _time.GetUtcNow()));
    }

    [Fact]
    public void Sign_PrintedVector_GivesThePrintedSignature() => WebhookSignature.Sign(WebhookSecret.TryRead(Secret), Id, 1614265330, _body).Should().Be(Signature);

    [Theory]
    [InlineData(Signature)]
    [InlineData("v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= " + Signature)]
    [InlineData("v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg== " + Signature)]
    [InlineData(Signature + "  v2,something")]
    public void Verify_OneOfSeveralSignatures_IsBelieved(string signature) => _verifier.CheckSigned(Id, Timestamp, signature, _body).Should().BeNull();

    [Theory]
    [InlineData(Id, Timestamp, "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", RejectionCode.BadSignature)]
    [InlineData(Id, Timestamp, "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", RejectionCode.BadSignature)]
    [InlineData(Id, Timestamp, "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", RejectionCode.BadSignature)]
    [InlineData(Id, Timestamp, "v1,", RejectionCode.BadSignature)]
    [InlineData("msg_other", Timestamp, Signature, RejectionCode.BadSignature)]
    [InlineData(Id, "1614265331", Signature, RejectionCode.BadSignature)]
    [InlineData(Id, "1614265631", Signature, RejectionCode.Expired)]
    [InlineData(Id, "1614265029", Signature, RejectionCode.Expired)]
    [InlineData(Id, "then", Signature, RejectionCode.Malformed)]
    [InlineData(Id, null, Signature, RejectionCode.Malformed)]
    [InlineData(null, Timestamp, Signature, RejectionCode.Malformed)]
    [InlineData("a.b", Timestamp, Signature, RejectionCode.Malformed)]
    [InlineData(Id, Timestamp, null, RejectionCode.Malformed)]
    public void Verify_AnythingElse_IsNot(string? id, string? timestamp, string? signature, RejectionCode code) =>
        _verifier.CheckSigned(id, timestamp, signature, _body)!.Code.Should().Be(code);

    [Fact]
    public void Verify_OldRequestAgain_IsRefusedAfterTheWindow()
    {
        _time.Advance(TimeSpan.FromSeconds(300));
        _verifier.CheckSigned(Id, Timestamp, Signature, _body).Should().BeNull();
        _time.Advance(TimeSpan.FromSeconds(1));
        _verifier.CheckSigned(Id, Timestamp, Signature, _body)!.Code.Should().Be(RejectionCode.Expired);
        _verifier.CheckSigned(Id, Timestamp, Signature, [.. _body, (byte)' '])!.Code.Should().Be(RejectionCode.Expired);
    }

    [Fact]
    public void Verify_Notification_GivesWhatItSays()
    {
        var body = """{"type":"leg.mined","timestamp":"2026-01-02T03:04:05.006Z","data":{"account":"a","subject":"packet/p","version":3,"fact":"f","state":"mined","later":1}}"""u8;
        var secret = WebhookSecret.New();
        var at = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var verifier = new WebhookVerifier([WebhookSecret.New(), secret]);
        var signature = WebhookSignature.Sign(WebhookSecret.TryRead(secret), "evt_1", at, body);
        var message = verifier.Verify("evt_1", $"{at}", signature, body).OrThrow();
        (message.Id, message.Notification.Type, message.Notification.Data.Version).Should().Be(("evt_1", "leg.mined", 3));
        verifier.Verify("evt_1", $"{at}", WebhookSignature.Sign(WebhookSecret.TryRead(secret), "evt_1", at, "[]"u8), "[]"u8).Should().BeOfType<Answer<WebhookMessage>.Refused>();
    }

    [Theory]
    [InlineData("whsec_")]
    [InlineData("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    [InlineData("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa==")]
    [InlineData("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    public void Secret_OfAnotherForm_IsNone(string text)
    {
        WebhookSecret.Check(text)!.Code.Should().Be(RejectionCode.Malformed);
        var make = () => new WebhookVerifier([text]);
        make.Should().Throw<ArgumentException>().Which.Message.Should().NotContain(text[6..].Length > 0 ? text[6..] : "\0", "a secret is not repeated");
    }

    [Fact]
    public void Secret_New_IsRandomAndLongEnough()
    {
        WebhookSecret.TryRead(WebhookSecret.New())!.Should().HaveCount(WebhookSecret.Bytes);
        WebhookSecret.New().Should().NotBe(WebhookSecret.New());
        new WebhookCommand.Add(Guid.Empty, "hook", "https://example.com", [], true, Secret).ToString().Should().NotContain(Secret);
        new WebhookCommand.Rotate(Guid.Empty, "hook", Secret, Span.Zero).ToString().Should().NotContain(Secret);
    }

    private sealed class Shifted(TimeProvider time, TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => time.GetUtcNow() + by;
    }
}
