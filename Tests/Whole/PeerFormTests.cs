using System.Net;
using TPWallet.Grains.Channels;
using TPWallet.Grains.Interfaces.Channels;

namespace TPWallet.Tests.Whole;

/// <summary>Which messages a peer reads: a build that does not know the question reads no more than it ever did.</summary>
public sealed class PeerFormTests
{
    [Theory]
    [InlineData(HttpStatusCode.OK, "2", ChannelMessage.Form)]
    [InlineData(HttpStatusCode.OK, "17", 17)]
    [InlineData(HttpStatusCode.NotFound, "2", 0)]
    [InlineData(HttpStatusCode.OK, "", 0)]
    [InlineData(HttpStatusCode.OK, "-2", 0)]
    [InlineData(HttpStatusCode.OK, "99999999999", 0)]
    public async Task Form_IsWhatThePeerSays_OrNothing(HttpStatusCode status, string body, int form)
    {
        using var peers = Peers(_ => new HttpResponseMessage(status) { Content = new StringContent(body) });
        (await peers.FormAsync("other", CancellationToken.None)).Should().Be(form);
        (await peers.FormAsync("stranger", CancellationToken.None)).Should().Be(0);
    }

    [Fact]
    public async Task Form_OfAPeerThatCannotBeReached_IsUnknown_AndAnEndedCallEnds()
    {
        using var peers = Peers(static _ => throw new HttpRequestException(HttpRequestError.ConnectionError));
        (await peers.FormAsync("other", CancellationToken.None)).Should().Be(0);
        using var silent = Peers(static _ => throw new TaskCanceledException());
        (await silent.FormAsync("other", CancellationToken.None)).Should().Be(0, "it was silent for too long");
        await silent.Invoking(static late => late.FormAsync("other", new CancellationToken(canceled: true))).Should().ThrowAsync<OperationCanceledException>();
    }

    private static PeerSet Peers(Func<HttpRequestMessage, HttpResponseMessage> answer) =>
        new(new Dictionary<TPWallet.Grains.Interfaces.Values.Name, HttpClient> { ["other"] = new(new Answers(answer)) { BaseAddress = new("https://other.invalid/") } });

    private sealed class Answers(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.RequestUri!.AbsolutePath.Should().Be("/peer/v1/form");
            return Task.FromResult(answer(request));
        }
    }
}
