using Fovea.Serving.Http;
using Microsoft.AspNetCore.Http;

namespace Fovea.Serving.Requests;

/// <summary>Reads what was sent, whole, but never past the limit, whatever the head of the request says.</summary>
internal static class Bodies
{
    private const int PartLength = 81920;

    /// <summary>Reads all of it.</summary>
    /// <param name="body">What was sent.</param>
    /// <param name="announced">Bytes as the head says; null where it does not.</param>
    /// <param name="most">The most that is read.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="HttpProblem">There is more.</exception>
    public static async Task<byte[]> ReadAll(Stream body, long? announced, long most, CancellationToken cancellation)
    {
        using var read = new MemoryStream((int)Math.Clamp(announced ?? 0, 0, most));
        byte[] part = new byte[PartLength];
        for (int count; (count = await body.ReadAsync(part, cancellation)) > 0;)
        {
            if (read.Length + count > most)
            {
                throw TooLarge(most);
            }

            read.Write(part, 0, count);
        }

        return read.Length == read.Capacity ? read.GetBuffer() : read.ToArray();
    }

    /// <summary>What to say of a request that is too large.</summary>
    public static HttpProblem TooLarge(long most) => new(
        StatusCodes.Status413PayloadTooLarge, "Request too large", $"A request may have {most} bytes; send smaller pictures, or fewer at a time.");
}
