namespace Fovea;

/// <summary>Channels dealt out among groups.</summary>
public static class ChannelShuffleExtensions
{
    extension(Tensor x)
    {
        /// <summary>
        /// Deals the channels out like cards: channel <c>i·C/groups + j</c> moves to <c>j·groups + i</c>, so that a grouped convolution
        /// after it sees every group. Shapes: <c>[N, C, …] → same</c>. Source: ShuffleNet (Zhang et al., 2018).
        /// </summary>
        /// <param name="groups">How many groups, at least 1; it divides C.</param>
        /// <exception cref="ShapeException">The channels do not divide, or there is no channel axis.</exception>
        public Tensor ChannelShuffle(int groups)
        {
            if (x.Rank < 2 || groups < 1 || x.Shape[1] % groups != 0)
            {
                throw new ShapeException("channel_shuffle", $"[N, C, …] with channels that {groups} groups divide", x.Shape.ToString());
            }

            int rest = x.Shape.Product(2, x.Rank);
            return x.Reshape(x.Shape[0], groups, x.Shape[1] / groups, rest).Permute(0, 2, 1, 3).Reshape(x.Shape.Lengths);
        }
    }
}
