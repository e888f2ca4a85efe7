using Fovea.Serving.Http;
using Microsoft.AspNetCore.Http;

namespace Fovea.Serving.Requests;

/// <summary>The bodies of requests for predictions, within the server's limit.</summary>
internal static class Bodies
{
    /// <inheritdoc cref="BoundedBody.ReadAll"/>
    public static Task<byte[]> ReadAll(Stream body, long? announced, long most, CancellationToken cancellation) =>
        BoundedBody.ReadAll(body, announced, most, () => TooLarge(most), cancellation);

    /// <summary>What to say of a request that is too large.</summary>
    public static HttpProblem TooLarge(long most) => new(
        StatusCodes.Status413PayloadTooLarge, "Request too large", $"A request may have {most} bytes; send smaller pictures, or fewer at a time.");
}
