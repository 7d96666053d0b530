using Orleans;

namespace TPWallet.Grains.Interfaces.Signing;

/// <summary>What came of one of several; neither a signature nor a refusal: it is not known, and asked again.</summary>
[GenerateSerializer, Immutable, Alias("tpw.state-answer")]
public sealed record StateAnswer(StateSignature? Signature, Rejection? Refusal);

/// <summary>What came of each, in the order that they were asked in.</summary>
[GenerateSerializer, Immutable, Alias("tpw.state-answers")]
public sealed record StateAnswers(ImmutableArray<StateAnswer> Answers);
