namespace Fovea.Serving.Http;

/// <summary>Reads what was sent, whole, but never past a limit, whatever the head of the request says.</summary>
internal static class BoundedBody
{
    private const int PartLength = 81920;

    /// <summary>Reads all of it.</summary>
    /// <param name="body">What was sent.</param>
    /// <param name="announced">Bytes as the head says; null where it does not.</param>
    /// <param name="most">The most that is read.</param>
    /// <param name="tooLarge">What to say when there is more.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="HttpProblem">There is more.</exception>
    public static async Task<byte[]> ReadAll(Stream body, long? announced, long most, Func<HttpProblem> tooLarge, CancellationToken cancellation)
    {
        using var read = new MemoryStream((int)Math.Clamp(announced ?? 0, 0, most));
        byte[] part = new byte[PartLength];
        for (int count; (count = await body.ReadAsync(part, cancellation)) > 0;)
        {
            if (read.Length + count > most)
            {
                throw tooLarge();
            }

            read.Write(part, 0, count);
        }

        return read.Length == read.Capacity ? read.GetBuffer() : read.ToArray();
    }
}
