/** Alfred Tennyson, The Brook, 1855. */
export const POEM = `I come from haunts of coot and hern,
I make a sudden sally
And sparkle out among the fern,
To bicker down a valley.

By thirty hills I hurry down,
Or slip between the ridges,
By twenty thorps, a little town,
And half a hundred bridges.

I chatter over stony ways,
In little sharps and trebles,
I bubble into eddying bays,
I babble on the pebbles.

I wind about, and in and out,
With here a blossom sailing,
And here and there a lusty trout,
And here and there a grayling,

And here and there a foamy flake
Upon me, as I travel
With many a silvery waterbreak
Above the golden gravel.

I steal by lawns and grassy plots,
I slide by hazel covers;
I move the sweet forget-me-nots
That grow for happy lovers.

I slip, I slide, I gloom, I glance,
Among my skimming swallows;
I make the netted sunbeam dance
Against my sandy shallows.

I murmur under moon and stars
In brambly wildernesses;
I linger by my shingly bars;
I loiter round my cresses;

And out again I curve and flow
To join the brimming river,
For men may come and men may go,
But I go on for ever.`;
