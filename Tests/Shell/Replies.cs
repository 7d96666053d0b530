using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using TPWallet.Grains.Interfaces;

namespace TPWallet.Tests.Shell;

internal static class Replies
{
    public static CommandReply.Accepted ShouldBeAccepted(this CommandReply reply) => reply.Should().BeOfType<CommandReply.Accepted>().Subject;

    public static Rejection ShouldBeRefused(this CommandReply reply, RejectionCode code)
    {
        var rejection = reply.Should().BeOfType<CommandReply.Refused>().Subject.Rejection;
        rejection.Code.Should().Be(code);
        return rejection;
    }
}
