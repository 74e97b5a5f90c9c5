import { test } from "vitest";
import { HubUrl } from "/work/main/hub/hub-url.ts";
import { compilePattern } from "/work/main/hub/pattern.ts";
const hubUrl = new HubUrl("https://hub.example.com/.well-known/mercure");
const fill=(pre:string,x:string,post="")=>pre+x.repeat(Math.floor((2048-pre.length-post.length)/x.length))+post;
let seed=1;const rnd=()=>(seed=(seed*1103515245+12345)&0x7fffffff)/0x7fffffff;
const ab=(n:number)=>Array.from({length:n},()=>rnd()<.5?"a":"b").join("");
const distinct=(n:number)=>Array.from({length:n},(_,i)=>String.fromCodePoint(0x4e00+i)).join("");
let names="/";for(let i=0;names.length<2040;i++)names+=`:a${i}-`;
let names60="/";for(let i=0;i<60;i++)names60+=`:a${i}-`;
const P:Record<string,string>={
 globs:fill("/","*a"),globs64:"/"+"*a".repeat(64),globs64b:"/"+"*([ab])".repeat(32)+"c",globsLong:"/"+("*"+"a".repeat(30)).repeat(60),names,names60,segs:"/"+":a-".repeat(1)+names60,
 plus:"/((?:a+)+)b",nest:"/((?:(?:(?:a*)*)*)*)b",count:"/(a{390})",count2:"/((?:a{20}){19})",count3:"/((?:a|b)*a(?:a|b){90}c)",count4:"/((?:[ab]*)a(?:[ab]|[bc]){60}([cd]|[de]))".replace("([cd]|[de])","(?:[cd]|[de])"),count5:"/((?:[ab]|[bc]*)*a(?:[ab]|[bc]){80}(?:[cd]|[de]))",count10:"/((?:[ab]|[bc]*)*a(?:[ab]|[bc]){10}(?:[cd]|[de]))",
 classes:"/("+"[\\p{L}a]".repeat(200)+")",classes2:"/("+Array.from({length:200},(_,i)=>`[^\\x${(i+16).toString(16)}]`).join("").slice(0,2000).replace(/\[[^\]]*$/,"")+")",uni:"/("+"\\p{L}".repeat(390)+")",
 alts:fill("/(a","|a",")"),alts2:"/("+"ab|".repeat(120)+"c)*",opts:"/"+"{a}?".repeat(64),opts2:"/("+"a?".repeat(190)+")", optsAB:"/("+"[ab]?".repeat(190)+"(?:[cd]|[de]))",
 host:"https://"+distinct(1000)+"/",host2:fill("https://","ü."),host3:fill("https://","*.a."),proto:"(h|t|s)(h|t|t|s|p)*(?:x)://a/".replace("(?:x)",""),proto2:"((?:(?:[a-z]|[h-z])*)*)://*/*",
 long:fill("/","a"),multi:"/((?:[ab]*)a[ab]{60}[cd])?((?:[ab]*)a[ab]{60}[cd])#((?:[ab]*)a[ab]{60}[cd])",hash:fill("/","#"),q:fill("/","?"),esc:fill("/","\\a"),open:fill("/","{"),br:fill("a://","["),at:fill("a://","@"),
 eight:"((?:[a-c]?){40})://((?:[ab]?){30}):((?:[ab]?){30})@((?:[ab]?){30}):((?:[12]?){20})/((?:[ab]?){30})\\?((?:[ab]?){30})#((?:[ab]?){30})",eight2:"((?:a?){190})://((?:[ab]?){190}):((?:[ab]?){190})@((?:[ab]?){190})/((?:[ab]?){190})\\?((?:[ab]?){190})#((?:[ab]?){190})",sch:"((?:[ab]?){24})://x/",wb:"/((?:\\b|a|\\B)*b)",wb2:"/((?:\\b[ab]|\\B[ab]?)*a[ab]{50}[cd]|e)",
};
const T:Record<string,string>={a:fill("/","a"),ab:"/"+ab(2047),abc:"/"+ab(2046)+"c",ab1000:"/"+ab(900)+"c",ab500:"/"+ab(450)+"c",ab300:"/"+ab(300)+"c",a_b:fill("/","a","b"),slashes:fill("/","a/"),dashes:fill("/","a-"),cjk:"/"+distinct(2047),ab3:"/"+ab(600)+"c?"+ab(600)+"c#"+ab(600)+"c",host:"http://"+distinct(2000),hostab:"https://"+ab(2000)+"/",proto:ab(2000)+"://a/b",dots:fill("/","a/../")};
test("bench",()=>{
 const rows:string[]=[];let wc=0,wm=0;
 const {cleanup}= {cleanup:()=>{}};
 for(const [pn,p] of Object.entries(P)){
  let best=1e9,c:any;
  for(let k=0;k<3;k++){const h=new HubUrl(`https://hub.example.com/x${Math.random()}`);const s=performance.now();c=compilePattern(p,h);best=Math.min(best,performance.now()-s)}
  let worst=0,wt="";
  for(const [tn,t] of Object.entries(T)){let b=1e9;for(let k=0;k<3;k++){const h=new HubUrl(`https://hub.example.com/x${Math.random()}`);const c=compilePattern(p,h);if(!c.ok)break;const s=performance.now();c.pattern.matches(t);b=Math.min(b,performance.now()-s)} if(b<1e9&&b>worst){worst=b;wt=tn}}
  wc=Math.max(wc,best);wm=Math.max(wm,worst);
  rows.push(`${pn} ${p.length} compile ${best.toFixed(2)} match ${worst.toFixed(2)} ${wt} ${c.ok?"":c.problem.slice(0,90)}`);
 }
 console.log(rows.join("\n"));console.log("worst compile",wc,"match",wm);
 const ns=(name:string,src:string,topic:string,n=300000)=>{const c=compilePattern(src,hubUrl);if(!c.ok){console.log(c.problem);return}for(let i=0;i<50000;i++)c.pattern.matches(topic);const s=performance.now();let r=0;for(let i=0;i<n;i++)if(c.pattern.matches(topic))r++;console.log(name,src,topic,((performance.now()-s)/n*1e6).toFixed(0),"ns",r>0)};
 const B="https://example.com/books/1234";
 ns("match","https://example.com/books/:id",B);ns("no path","https://example.com/users/:id",B);ns("no host","https://other.com/books/:id",B);
 ns("two","https://example.com/:kind/:id",B);ns("two no","https://example.com/:kind/:id/x",B);ns("two no prefix","https://example.com/users/:kind/:id/x",B);ns("re","https://example.com/books/(\\d+)",B);ns("re no","https://example.com/books/(\\d+)",B+"x");ns("all","*://*/*",B);ns("wildhost","https://*.example.com/*",B);
 const many=Array.from({length:5000},(_,i)=>compilePattern(`https://example.com/books/${i}/:id`,hubUrl)).flatMap(c=>c.ok?[c.pattern]:[]);
 for(let k=0;k<5;k++){const s=performance.now();let r=0;for(const p of many)if(p.matches(`https://example.com/books/12${k}/7`))r++;console.log("5000 patterns",((performance.now()-s)/5000*1e6).toFixed(0),"ns each",r)}
 const h=performance.now();for(let i=0;i<20000;i++)many[0]!.matches(`https://example.com/books/12${i}/7`);console.log("fresh topic",((performance.now()-h)/20000*1e6).toFixed(0),"ns");
},120000);
test("mem",()=>{
 gc?.();const before=process.memoryUsage();const keep=[];const lens=[450,300,200,150,1000];
 for(let i=0;i<1000;i++){const c=compilePattern(`/((?:[ab]*)a(?:[ab]|[bc]){60}(?:[cd]|[de]))(x${i})?`,hubUrl);if(c.ok){keep.push(c.pattern);for(const l of lens)c.pattern.matches("/"+ab(l)+"c")}else console.log(c.problem)}
 gc?.();const a=process.memoryUsage();console.log("heap MB per 1000",(a.heapUsed-before.heapUsed)/1e6,(a.rss-before.rss)/1e6,keep.length);
},120000);
