using System.Security.Cryptography;
using System.Text;
using TPWallet.Domain.Keys;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Keys;

/// <summary>One signing key: creation, requests, outcomes, retirement.</summary>
public sealed class KeyTests
{
    private static readonly AccountId _account = new(Hash("account"));

    private static readonly Address _lane = AddressOf("hot");

    private static readonly EffectResult _done = new EffectResult.Replied(new CommandReply.Accepted(1, []));

    private static readonly EffectResult _signed = new EffectResult.SignerSaid(new SignOutcome.Signed(new byte[] { 1, 2 }, Hash("tx")));

    private static KeyAttestation Attestation => new(_account, "hot", Chain, Tier.Hot, _lane, HexBytes.Empty, HexBytes.Empty, HexBytes.Empty);

    [Fact]
    public void Create_New_AsksTheSignerThenTellsTheAccount()
    {
        var run = new KeyRun();
        run.Accept(Create("c1"));
        run.Owes<Effect.CreateKey>().Effect.Should().Be(new Effect.CreateKey(_account, "hot", Chain, Tier.Hot));
        run.Accept(Create("c2")).Should().BeEmpty("it is on its way");
        run.Answer<Effect.CreateKey>(new EffectResult.NoAnswer("busy")).Should().BeEmpty();
        run.Answer<Effect.CreateKey>(new EffectResult.KeyCreated(Attestation));
        run.Owes<Effect.TellAccount>().Effect.Command.Should().BeOfType<AccountCommand.AttachAddress>().Which.Attestation.Should().Be(Attestation);
        run.Answer<Effect.TellAccount>(_done);
        run.Owed.Should().BeEmpty();
        KeyDecider.View(run.State).Should().Be(new KeyView(Attestation, "active", 0, 0, 0));
    }

    [Fact]
    public void Create_OtherChainOrTier_IsRefused()
    {
        var run = Active();
        run.Accept(Create("again")).Should().BeEmpty();
        run.Refuse(new KeyCommand.Create(Id("x"), _account, "hot", Chain, Tier.Cold)).Code.Should().Be(RejectionCode.AlreadyExists);
        run.Refuse(new KeyCommand.Create(Id("y"), _account, "other", Chain, Tier.Hot)).Code.Should().Be(RejectionCode.NotFound);
    }

    [Fact]
    public void Create_SignerRefuses_CanBeAskedAgain()
    {
        var run = new KeyRun();
        run.Accept(Create("c1"));
        var first = run.Owes<Effect.CreateKey>().Intent;
        run.Answer<Effect.CreateKey>(new EffectResult.Failed(new(RejectionCode.SignerRefused, "a", "b")));
        KeyDecider.View(run.State).Stage.Should().Be("denied");
        run.Accept(Create("c2"));
        run.Owes<Effect.CreateKey>().Intent.Should().NotBe(first);
    }

    [Fact]
    public void Create_AttestationOfAnotherKey_IsNotBelieved()
    {
        var run = new KeyRun();
        run.Accept(Create("c1"));
        run.Answer<Effect.CreateKey>(new EffectResult.KeyCreated(Attestation with { Account = new(Hash("thief")) }));
        run.State.Stage.Should().BeOfType<KeyStage.Denied>().Which.Rejection.Code.Should().Be(RejectionCode.PayloadMismatch);
    }

    [Fact]
    public void Request_Answered_IsToldToTheLaneOnce()
    {
        var run = Active();
        run.Accept(Request("r1"));
        run.Owes<Effect.Sign>().Effect.Request.Should().Be(Id("r1"), "the signer dedups by the lane's id");
        run.Answer<Effect.Sign>(_signed);
        var told = run.Owes<Effect.TellLane>().Effect.Command.Should().BeOfType<LaneCommand.RecordSigning>().Which;
        told.Outcome.Should().BeOfType<SignOutcome.Signed>().Which.TxHash.Should().Be(Hash("tx"));
        told.NoOp.Should().BeFalse();
        run.Answer<Effect.TellLane>(_done);
        run.Owed.Should().BeEmpty();
    }

    [Fact]
    public void Request_Twice_GivesTheSameOutcome()
    {
        var run = Active();
        run.Accept(Request("r1"));
        run.Accept(Request("r1")).Should().BeEmpty();
        run.Answer<Effect.Sign>(_signed);
        run.Accept(Request("r1")).Should().BeEmpty();
        run.Accept(new KeyCommand.RecordOutcome(Id("late"), Id("r1"), new SignOutcome.Refused(new(RejectionCode.SignerRefused, "a", "b"))))
            .Should().BeEmpty("what was signed stays signed");
        run.Refuse(Request("r1", new SigningPayload.EvmNoOp("a", HexBytes.Empty))).Code.Should().Be(RejectionCode.IdempotencyMismatch);
    }

    [Theory]
    [InlineData(RejectionCode.SignerUnavailable)]
    [InlineData(RejectionCode.TimelockRunning)]
    [InlineData(RejectionCode.Overloaded)]
    public void Request_SignerCannotSayYet_StaysOwedWithTheSameId(RejectionCode code) // field note 42
    {
        var run = Active();
        run.Accept(Request("r1"));
        var owed = run.Owes<Effect.Sign>();
        run.Answer<Effect.Sign>(new EffectResult.SignerSaid(new SignOutcome.Refused(new(code, "a", "b")))).Should().BeEmpty();
        run.Answer<Effect.Sign>(new EffectResult.SignerSaid(new SignOutcome.NoAnswer("time-out"))).Should().BeEmpty();
        run.Owes<Effect.Sign>().Should().Be(owed);
    }

    [Fact]
    public void Request_Refused_IsToldWithItsCode()
    {
        var run = Active();
        run.Accept(Request("r1"));
        run.Answer<Effect.Sign>(new EffectResult.SignerSaid(new SignOutcome.Refused(new(RejectionCode.QuorumMissing, "2", "1"))));
        run.Owes<Effect.TellLane>().Effect.Command.Should().BeOfType<LaneCommand.RecordSigning>()
            .Which.Outcome.Should().BeOfType<SignOutcome.Refused>().Which.Rejection.Code.Should().Be(RejectionCode.QuorumMissing);
        KeyDecider.View(run.State).Refused.Should().Be(1);
    }

    [Fact]
    public void Request_WithoutKeyOrForAnotherAddress_IsRefused()
    {
        new KeyRun().Refuse(Request("r1")).Code.Should().Be(RejectionCode.KeyUnknown);
        Active().Refuse((KeyCommand.RequestSignature)Request("r1") with { Lane = AddressOf("cold") }).Code.Should().Be(RejectionCode.WrongChain);
        Active().Refuse(new KeyCommand.RecordOutcome(Id("o"), Id("never"), new SignOutcome.NoAnswer("?"))).Code.Should().Be(RejectionCode.NotFound);
    }

    [Fact]
    public void Request_TooManyOpen_IsOverloaded()
    {
        var run = Active();
        for (var i = 0; i < KeyState.MaxPending; i++) run.Accept(Request($"r{i}"));
        run.Refuse(Request("more")).Code.Should().Be(RejectionCode.Overloaded);
    }

    [Fact]
    public void Outcomes_ManyTold_AreForgottenOldestFirst()
    {
        var run = Active();
        for (var i = 0; i < KeyState.MaxRemembered + 1; i++)
        {
            run.Accept(Request($"r{i}"));
            run.Answer<Effect.Sign>(_signed);
            run.Answer<Effect.TellLane>(_done);
        }

        run.State.Requests.Should().HaveCount(KeyState.MaxRemembered);
        run.State.Requests.Values.Should().NotContain(r => r.Id == Id("r0"));
    }

    [Fact]
    public void Retire_Active_StillClosesWhatIsSigned()
    {
        var run = Active();
        run.Accept(new KeyCommand.Retire(Id("retire")));
        run.Accept(new KeyCommand.Retire(Id("retire2"))).Should().BeEmpty();
        run.Refuse(Request("r1")).Code.Should().Be(RejectionCode.KeyRetired);
        run.Accept(Request("r2", new SigningPayload.EvmNoOp("a", HexBytes.Empty))).Should().NotBeEmpty("defence never stops");
        new KeyRun().Refuse(new KeyCommand.Retire(Id("r"))).Code.Should().Be(RejectionCode.KeyUnknown);
    }

    [Fact]
    public void Events_Stored_ReadForEver()
    {
        var run = new KeyRun();
        run.Accept(Create("c1"));
        run.Answer<Effect.CreateKey>(new EffectResult.Failed(new(RejectionCode.SignerRefused, "a", "b")));
        var active = Active();
        active.Accept(Request("r1"));
        active.Answer<Effect.Sign>(_signed);
        active.Answer<Effect.TellLane>(_done);
        active.Accept(Request("r2"));
        active.Answer<Effect.Sign>(new EffectResult.SignerSaid(new SignOutcome.Refused(new(RejectionCode.QuorumMissing, "2", "1"))));
        active.Accept(new KeyCommand.Retire(Id("retire")));
        GoldenFiles.ShouldHold("key", KeyJson.Default.KeyEvent, run.Events.Concat(active.Events));
    }

    private static Bytes32 Hash(string text) => Bytes32.From(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static KeyCommand Create(string id) => new KeyCommand.Create(Id(id), _account, "hot", Chain, Tier.Hot);

    private static KeyCommand Request(string id, SigningPayload? payload = null) => new KeyCommand.RequestSignature(
        Id(id), new(new(_account, "p"), "a"), Chain, _lane, payload ?? new SigningPayload.EvmSpend("a", HexBytes.Empty));

    private static KeyRun Active()
    {
        var run = new KeyRun();
        run.Accept(Create("c1"));
        run.Answer<Effect.CreateKey>(new EffectResult.KeyCreated(Attestation));
        run.Answer<Effect.TellAccount>(_done);
        return run;
    }

    private sealed class KeyRun() : MachineRun<KeyDecider, KeyState, KeyCommand, KeyEvent>(
        $"{_account}/hot", KeyJson.Default.KeyEvent, KeyJson.Default.KeyState);
}
